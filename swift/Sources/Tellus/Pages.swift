internal import TellusBindings

/// A list of the platform, entry by entry. Pages are fetched as they are needed, none before the first entry is asked
/// for; each iteration starts anew.
///
/// Throws ``TellusError``, or `CancellationError` if the task is cancelled.
public struct PagedSequence<Item: Sendable & Hashable>: AsyncSequence, Sendable {
    /// An entry.
    public typealias Element = Item

    /// The same list page by page.
    public let pages: PageSequence<Item>

    /// Goes from entry to entry.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var pages: PageSequence<Item>.AsyncIterator
        var items: ArraySlice<Item> = []

        /// The next entry; `nil` after the last one. After an error it may be called again, and asks for the same page.
        public mutating func next() async throws -> Item? {
            try Task.checkCancellation()
            while items.isEmpty {
                guard let page = try await pages.next() else { return nil }
                items = page.items[...]
            }
            return items.removeFirst()
        }
    }

    /// An iterator that starts with the first entry.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(pages: pages.makeAsyncIterator())
    }

    /// All entries at once.
    public func collect() async throws -> [Item] {
        try await reduce(into: []) { $0.append($1) }
    }
}

/// A list of the platform, page by page; each iteration starts anew.
///
/// Throws ``TellusError``, or `CancellationError` if the task is cancelled.
public struct PageSequence<Item: Sendable & Hashable>: AsyncSequence, Sendable {
    /// A page.
    public typealias Element = Page<Item>

    /// Fetches one page after the other.
    typealias Fetch = @Sendable (Cancellation) async throws -> Page<Item>?

    /// Begins the list. Refuses wrong arguments, and so is left to the first ``AsyncIterator/next()``, which can throw.
    let open: @Sendable () throws(TellusError) -> Fetch

    /// Goes from page to page.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: PageSequence<Item>
        var fetch: Fetch?

        /// The next page; `nil` after the last one. After an error it may be called again, and asks for the same page.
        public mutating func next() async throws -> Page<Item>? {
            let fetch = try fetch ?? sequence.open()
            self.fetch = fetch
            return try await awaited(fetch)
        }
    }

    /// An iterator that starts with the first page.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(sequence: self)
    }
}
