// This file and those named *Mapping beside it know both the generated types and the public ones.

import Foundation
internal import TellusBindings

extension Site {
    init(_ native: TellusBindings.Site) {
        self.init(
            siteId: native.siteId,
            name: native.name,
            address: native.address,
            location: native.location.map { Location(lat: $0.lat, lng: $0.lng) },
            totalConnectors: native.totalConnectors.map(Int.init),
            statusSummary: native.statusSummary?.mapValues(Int.init),
            powerCapacity: native.powerCapacity,
            createdAt: native.createdAt)
    }
}

extension Page<Site> {
    init(_ native: TellusBindings.SitePage) {
        self.init(items: native.items.map(Site.init), total: native.total.map(Int.init(clamping:)))
    }
}

extension SiteStatus {
    var native: TellusBindings.SiteStatus {
        switch self {
        case .active: .active
        case .inactive: .inactive
        }
    }
}

extension Device {
    init(_ native: TellusBindings.Device) {
        self.init(
            deviceId: native.deviceId,
            sn: native.sn,
            model: native.model,
            manufacturer: native.manufacturer,
            firmwareVersion: native.firmwareVersion,
            status: native.status.map(DeviceStatus.init),
            connectors: native.connectors.map(Connector.init),
            lastHeartbeat: native.lastHeartbeat,
            siteId: native.siteId)
    }
}

extension Connector {
    init(_ native: TellusBindings.Connector) {
        self.init(
            connectorId: Int(native.connectorId),
            status: ConnectorState(native.status),
            power: native.power,
            voltage: native.voltage,
            current: native.current,
            energyDelivered: native.energyDelivered,
            soc: native.soc,
            temperature: native.temperature,
            lastTelemetryTime: native.lastTelemetryTime)
    }
}

extension ConnectorState {
    init(_ native: TellusBindings.ConnectorState) {
        switch native {
        case .idle: self = .idle
        case .charging: self = .charging
        case .discharging: self = .discharging
        case .fault: self = .fault
        case .unavailable: self = .unavailable
        case .other(let text): self = .other(text)
        }
    }
}

extension DeviceStatus {
    init(_ native: TellusBindings.DeviceStatus) {
        switch native {
        case .online: self = .online
        case .offline: self = .offline
        case .other(let text): self = .other(text)
        }
    }
}

extension KnownDevice {
    init(_ native: TellusBindings.KnownDevice) {
        let source: Source =
            switch native.source {
            case .configured: .configured
            case .chargingRecords: .chargingRecords
            }
        self.init(deviceId: native.deviceId, source: source)
    }
}

extension Duration {
    /// The longest that crosses. The generated code ends the app at a duration that it cannot carry, and so does
    /// ``components`` at one that it cannot express.
    private static let longest: TimeInterval = 100 * 366 * 86_400

    /// In seconds, from 0 to a hundred years.
    var nativeSeconds: TimeInterval { min(max(self / .seconds(1), 0), Self.longest) }

    init(nativeSeconds: TimeInterval) {
        self = .seconds(min(nativeSeconds, Self.longest))
    }
}

extension TellusError {
    init(_ native: TellusBindings.TellusError) {
        switch native {
        case .Authentication(let failure): self = .authentication(Failure(failure))
        case .PermissionDenied(let failure): self = .permissionDenied(Failure(failure))
        case .NotFound(let failure): self = .notFound(Failure(failure))
        case .InvalidRequest(let failure): self = .invalidRequest(Failure(failure))
        case .Conflict(let failure): self = .conflict(Failure(failure))
        case .RateLimited(let failure): self = .rateLimited(Failure(failure))
        case .Server(let failure): self = .server(Failure(failure))
        case .Connection(let failure): self = .connection(Failure(failure))
        case .Timeout(let failure): self = .timeout(Failure(failure))
        case .Decode(let failure): self = .decode(Failure(failure))
        case .OutcomeUnknown(let failure): self = .outcomeUnknown(Failure(failure))
        case .Closed(let failure): self = .closed(Failure(failure))
        }
    }

    /// Any error that a generated function throws. One that is not ours is the generated code's own: a panic, or an
    /// answer that it cannot read.
    init(thrown error: any Error) {
        switch error {
        case let error as TellusBindings.TellusError: self.init(error)
        case let error as TellusError: self = error
        default:
            let reason = "a bug in the SDK stopped this call; please report it: \(firstLine(of: error))"
            self = .closed(Failure(reason: reason))
        }
    }
}

extension Failure {
    fileprivate init(_ native: TellusBindings.Failure) {
        self.init(
            reason: native.reason,
            text: native.text,
            code: native.code.map(Int.init(clamping:)),
            httpStatus: native.httpStatus.map(Int.init),
            retryable: native.retryable,
            retryAfter: native.retryAfter.map(Duration.init(nativeSeconds:)),
            details: native.detailsJson,
            requestId: native.requestId,
            attempts: Int(native.attempts))
    }
}

/// The start of an error's text: some errors describe themselves over many lines.
func firstLine(of error: any Error) -> String {
    let text = (error as? any LocalizedError)?.errorDescription ?? String(describing: error)
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown error"
    return String(line.prefix(200))
}
