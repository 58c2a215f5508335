/// Where a sequence takes its stream from.
enum TelemetrySource: Sendable {
    /// Each iteration opens one of its own.
    case devices([String], TellusClient)
    /// An open one, which outlives the iteration.
    case stream(TelemetryStream)

    /// The stream, opened if it is not yet; not for a task that is cancelled. One that is open is asked all the same, and
    /// closes itself then.
    func open() throws -> TelemetryStream {
        switch self {
        case .devices(let devices, let client):
            try Task.checkCancellation()
            return try client.stream(devices: devices)
        case .stream(let stream):
            return stream
        }
    }
}
