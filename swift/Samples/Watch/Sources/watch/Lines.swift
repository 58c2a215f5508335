import Foundation
import Tellus

// Everything as people read it: with units, and in one line.

func line(for site: Site) -> String {
    let power = site.powerCapacity.map { number($0, 0) + " kW" } ?? "power unknown"
    let states = (site.statusSummary ?? [:]).filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
        "\($0.value) \($0.key)"
    }
    let connectors = "\(site.totalConnectors ?? 0) connectors (\(states.joined(separator: ", ")))"
    return [site.name, site.address, power, connectors].compactMap { $0 }.joined(separator: ", ")
}

func line(for device: Device) -> String {
    let parts = [device.deviceId, device.model, device.firmwareVersion.map { "firmware \($0)" }, device.status?.text]
    return parts.compactMap { $0 }.joined(separator: ", ")
}

func line(for reading: ConnectorReading, at time: Date) -> String {
    func column(_ value: Double?, _ digits: Int, _ unit: String) -> String {
        padded(value.map { number($0, digits) } ?? "-", 8, left: true) + " " + unit
    }
    let state = padded(reading.state?.text ?? "unknown", 12, left: false)
    let values = [
        column(reading.power, 1, "kW"), column(reading.energyDelivered, 2, "kWh"), column(reading.soc, 0, "%"),
    ]
    return "\(clock(time))  connector \(reading.connectorId ?? 0)  \(state)\(values.joined())"
}

func line(for event: StatusEvent) -> String {
    switch event.status {
    case .connecting: "\(clock(event.at)) connecting"
    case .live: "\(clock(event.at)) connected"
    case .waiting(let retryIn, let error):
        "\(clock(event.at)) no connection, next try in \(number(retryIn / .seconds(1), 1)) s: \(error)"
    case .paused: "\(clock(event.at)) paused"
    case .closed: "\(clock(event.at)) closed"
    case .failed(let error): "\(clock(event.at)) given up: \(error)"
    }
}

func line(for gap: Gap) -> String {
    let since = gap.last.map { " since \(clock($0.timestamp))" } ?? ""
    guard let closed = gap.closedAt else { return "\(gap.deviceId) is not observed\(since) (\(gap.cause.rawValue))" }
    let length = closed.timeIntervalSince(gap.openedAt)
    return "\(gap.deviceId) is observed again after \(number(length, 1)) s (\(gap.cause.rawValue))"
}

private func clock(_ time: Date) -> String {
    time.formatted(Date.ISO8601FormatStyle().time(includingFractionalSeconds: true))
}

private func number(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}

private func padded(_ text: String, _ width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? space + text : text + space
}
