import Foundation
internal import TellusBindings

/// What happened: charging sessions, and sums over time.
extension TellusClient {
    /// Charging records, all or only those that are asked for. Pages of `pageSize` (1 to 100) records are fetched as
    /// they are needed, none before the first record is asked for.
    ///
    /// Whether the bounds are inclusive, and whether they look at a session's start or at any overlap, is not specified
    /// by the platform.
    ///
    /// - Parameters:
    ///   - device: Only this charger's.
    ///   - connector: Only this connector's, counted from 1.
    ///   - start: From this moment.
    ///   - end: To this moment; later than `start`.
    ///   - pageSize: How many records are fetched at a time.
    public func chargingRecords(
        device: String? = nil,
        connector: Int? = nil,
        start: Date? = nil,
        end: Date? = nil,
        pageSize: Int = 100
    ) -> PagedSequence<ChargingRecord> {
        PagedSequence(
            pages: PageSequence { () throws(TellusError) in
                let number = try optionalConnectorNumber(connector)
                let query = TellusBindings.ChargingRecordQuery(
                    deviceId: device, connectorId: number, start: try optionalMoment("start", start),
                    end: try optionalMoment("end", end))
                let pages = try translated {
                    try self.native.chargingRecords(query: query, pageSize: UInt32(clamping: pageSize))
                }
                return { try await pages.nextPage(cancel: $0).map(Page.init) }
            })
    }

    /// Energy into and out of vehicles over time, at these sites or at all of them.
    ///
    /// - Parameters:
    ///   - granularity: The width of the spans.
    ///   - start: From this moment.
    ///   - end: To this moment; later than `start`. The longest span that the platform answers is not specified.
    ///   - sites: Only these sites; all if empty.
    public func energy(
        _ granularity: Granularity,
        start: Date,
        end: Date,
        sites: [String] = []
    ) async throws -> EnergySeries {
        let query = TellusBindings.EnergyQuery(
            granularity: granularity.native, start: try moment("start", start), end: try moment("end", end),
            siteIds: sites)
        return try await awaited { [native] in EnergySeries(try await native.energy(query: query, cancel: $0)) }
    }
}
