/// Where a sequence takes its stream from.
enum TelemetrySource: Sendable {
    /// Each iteration opens one of its own.
    case devices([String], TellusClient)
    /// An open one, which outlives the iteration.
    case stream(TelemetryStream)

    func open() throws(TellusError) -> TelemetryStream {
        switch self {
        case .devices(let devices, let client): try client.stream(devices: devices)
        case .stream(let stream): stream
        }
    }
}
