internal import TellusBindings

/// The sites of this operator, one by one. Pages are fetched as they are needed; each iteration starts anew.
///
/// Throws ``TellusError``, or `CancellationError` if the task is cancelled.
public struct SiteSequence: AsyncSequence, Sendable {
    /// A site.
    public typealias Element = Site

    /// The same list page by page.
    public let pages: SitePageSequence

    /// Goes from site to site.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var pages: SitePageSequence.AsyncIterator
        var sites: ArraySlice<Site> = []

        /// The next site; `nil` after the last one. After an error it may be called again, and asks for the same page.
        public mutating func next() async throws -> Site? {
            try Task.checkCancellation()
            while sites.isEmpty {
                guard let page = try await pages.next() else { return nil }
                sites = page.items[...]
            }
            return sites.removeFirst()
        }
    }

    /// An iterator that starts with the first site.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pages: pages.makeAsyncIterator())
    }

    /// All sites at once.
    public func collect() async throws -> [Site] {
        try await reduce(into: []) { $0.append($1) }
    }
}

/// The sites of this operator, page by page; each iteration starts anew.
///
/// Throws ``TellusError``, or `CancellationError` if the task is cancelled.
public struct SitePageSequence: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = SitePage

    let client: TellusClient
    let status: SiteStatus?
    let pageSize: Int

    /// Goes from page to page.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: SitePageSequence
        var opened: TellusBindings.SitePages?

        /// The next page; `nil` after the last one. After an error it may be called again, and asks for the same page.
        public mutating func next() async throws -> SitePage? {
            let pages = try opened ?? sequence.open()
            opened = pages
            return try await awaited { try await pages.nextPage().map(SitePage.init) }
        }
    }

    /// An iterator that starts with the first page.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(sequence: self)
    }

    private func open() throws(TellusError) -> TellusBindings.SitePages {
        try client.openSites(status: status, pageSize: pageSize)
    }
}
