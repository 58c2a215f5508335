import Foundation

/// A place with chargers.
public struct Site: Sendable, Hashable, Identifiable {
    /// The platform's identifier; opaque.
    public let siteId: String
    /// The name people use.
    public let name: String
    /// Postal address.
    public let address: String?
    /// Where it is.
    public let location: Location?
    /// Number of connectors at the site.
    public let totalConnectors: Int?
    /// Number of connectors by state. The platform names only `idle`, `charging` and `fault` here, so the sum need not
    /// be ``totalConnectors``.
    public let statusSummary: [String: Int]?
    /// Total installed power in kW.
    public let powerCapacity: Double?
    /// When the site was created.
    public let createdAt: Date?

    /// The same as ``siteId``.
    public var id: String { siteId }

    /// A site from its parts, for previews and tests.
    public init(
        siteId: String,
        name: String,
        address: String? = nil,
        location: Location? = nil,
        totalConnectors: Int? = nil,
        statusSummary: [String: Int]? = nil,
        powerCapacity: Double? = nil,
        createdAt: Date? = nil
    ) {
        self.siteId = siteId
        self.name = name
        self.address = address
        self.location = location
        self.totalConnectors = totalConnectors
        self.statusSummary = statusSummary
        self.powerCapacity = powerCapacity
        self.createdAt = createdAt
    }
}

/// A point on the earth.
public struct Location: Sendable, Hashable {
    /// Latitude in degrees, north positive.
    public let lat: Double
    /// Longitude in degrees, east positive.
    public let lng: Double

    /// A location from its parts.
    public init(lat: Double, lng: Double) {
        self.lat = lat
        self.lng = lng
    }
}

/// What sites can be filtered by.
public enum SiteStatus: Sendable, Hashable, CaseIterable {
    /// Sites in operation.
    case active
    /// Sites out of operation.
    case inactive
}
