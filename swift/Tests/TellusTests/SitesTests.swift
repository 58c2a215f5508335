import Tellus
import Testing

@Suite(.timeLimit(.minutes(1))) struct SitesTests {
    @Test func pagesAreFetchedAsTheyAreNeeded() async throws {
        let sandbox = try Sandbox(["--sites", "5", "--devices-per-site", "1"])
        let client = try sandbox.client()
        let sites = client.sites(pageSize: 2)
        #expect(try await sandbox.requests(to: "/operator/sites") == 0)
        var seen = 0
        for try await _ in sites {
            seen += 1
            if seen == 2 { break }
        }
        #expect(try await sandbox.requests(to: "/operator/sites") == 1)
        #expect(Set(try await sites.collect().map(\.id)).count == 5)
        #expect(try await sandbox.requests(to: "/operator/sites") == 4)
    }

    @Test func theListComesPageByPageToo() async throws {
        let sandbox = try Sandbox(["--sites", "5", "--devices-per-site", "1"])
        var sizes: [Int] = []
        for try await page in try sandbox.client().sites(pageSize: 3).pages {
            sizes.append(page.items.count)
            #expect(page.total == 5)
        }
        #expect(sizes == [3, 2])
    }

    @Test func theStatusIsPassedOn() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        #expect(try await client.sites(status: .active).collect().count == 3)
        #expect(try await client.sites(status: .inactive).collect().isEmpty)
        #expect(try await sandbox.journal().contains { $0.query?.contains("status=inactive") == true })
    }

    @Test(arguments: [0, 101, -1, Int.max]) func aWrongPageSizeIsRefused(_ size: Int) async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let error = try await failure { try await client.sites(pageSize: size).collect() }
        #expect(error.description.hasPrefix("InvalidRequest: page_size: must lie in 1..=100, not "))
    }

    @Test func aFailedPageCanBeAskedForAgain() async throws {
        let sandbox = try Sandbox(["--sites", "4", "--devices-per-site", "1"])
        let client = try sandbox.client { $0.maxAttempts = 1 }
        var pages = client.sites(pageSize: 2).pages.makeAsyncIterator()
        let first = try await pages.next()
        try await sandbox.fault(#""kind": "html", "path": "/operator/sites""#)
        do {
            _ = try await pages.next()
            Issue.record("the fault did not strike")
        } catch let error as TellusError {
            #expect(error.kind == "Server")
        }
        let second = try await pages.next()
        #expect(Set([first, second].compactMap { $0?.items }.joined().map(\.id)).count == 4)
        #expect(try await pages.next() == nil)
    }

    @Test func aCancelledTaskFetchesNoMore() async throws {
        let sandbox = try Sandbox(["--sites", "4", "--devices-per-site", "1"])
        let client = try sandbox.client()
        try await client.authenticate()
        let late = #""kind": "slow", "delay_ms": 30000, "times": null"#
        try await sandbox.fault(late + #", "path": "/operator/sites", "skip": 1"#)
        let (first, told) = AsyncStream.makeStream(of: Void.self)
        let reader = Task {
            for try await _ in client.sites(pageSize: 1) { told.finish() }
        }
        for await _ in first {}
        reader.cancel()
        try await expectCancelled(reader)
        #expect(try await sandbox.requests(to: "/operator/sites") <= 2)
    }
}
