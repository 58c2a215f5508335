import Foundation
import Tellus
import Testing

@Suite(.timeLimit(.minutes(1))) struct RecordsTests {
    private let path = "/operator/charging-records"

    @Test func recordsAreFetchedAsTheyAreNeeded() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let records = client.chargingRecords(pageSize: 5)
        #expect(try await sandbox.requests(to: path) == 0)
        var seen: Set<String> = []
        for try await record in records {
            seen.insert(record.id)
            if seen.count == 5 { break }
        }
        #expect(try await sandbox.requests(to: path) == 1)
        seen = []
        for try await record in records {
            seen.insert(record.id)
            if seen.count == 6 { break }
        }
        #expect(try await sandbox.requests(to: path) == 3)
        var pages = records.pages.makeAsyncIterator()
        let page = try #require(try await pages.next())
        #expect(page.items.count == 5 && page.total ?? 0 > 5)
    }

    @Test func allRecordsOfAChargerInASpan() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let end = Date(), start = end.addingTimeInterval(-7 * 86_400)
        let records = try await client.chargingRecords(device: sandbox.device, connector: 1, start: start, end: end)
            .collect()
        #expect(!records.isEmpty && records.allSatisfy { $0.deviceId == sandbox.device && $0.connectorId == 1 })
        #expect(records.allSatisfy { $0.energy.isFinite && $0.endTime.map { $0 < Date() } ?? true })
        let query = try #require(try await sandbox.journal(of: "request").last?.query)
        for part in ["device_id=\(sandbox.device)", "connector_id=1", "start_time=", "end_time=", "size=100"] {
            #expect(query.contains(part))
        }
    }

    @Test func energyIsSummedOverSpans() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let end = Date(), start = end.addingTimeInterval(-3 * 86_400)
        let energy = try await client.energy(.day, start: start, end: end)
        #expect(energy.granularity == "day" && (3...4).contains(energy.series.count))
        let total = try #require(energy.total?.chargeEnergy)
        #expect(abs(energy.series.compactMap(\.chargeEnergy).reduce(0, +) - total) < 0.1 && total > 0)
        let site = try #require(try await client.sites().collect().first?.id)
        let part = try await client.energy(.hour, start: start, end: end, sites: [site])
        #expect(try #require(part.total?.chargeEnergy) < total)
        #expect(try await sandbox.journal().last { $0.event == "request" }?.query?.contains(site) == true)
    }

    @Test func wrongArgumentsAreRefusedUnsent() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let now = Date()
        #expect(try await field { try await client.chargingRecords(start: now, end: now).collect() } == "end")
        #expect(try await field { try await client.chargingRecords(pageSize: 0).collect() } == "page_size")
        #expect(try await field { try await client.chargingRecords(connector: -1).collect() } == "connector_id")
        let never = Date(timeIntervalSince1970: .infinity)
        #expect(try await field { try await client.chargingRecords(start: never).collect() } == "start")
        #expect(try await field { try await client.energy(.day, start: now, end: never) } == "end")
        #expect(try await field { try await client.energy(.day, start: now, end: now) } == "end")
        let day = now.addingTimeInterval(-86_400)
        #expect(try await field { try await client.energy(.day, start: day, end: now, sites: ["a,b"]) } == "site_ids")
        #expect(try await sandbox.journal(of: "request").isEmpty)
    }
}
