@_spi(Testing) import Tellus

/// The case under way: a clock, a client, a stream.
actor Case {
    private var clock: TestClock?
    private var client: TellusClient?
    private var stream: TelemetryControl?
    /// The stream's listener, if it has one.
    private var told: Told?

    /// Makes one call.
    func make(_ call: String, _ args: Arguments) async throws -> JSON {
        switch call {
        case "case.open": try open(args)
        case "case.close": close()
        case "clock.advance": try there(clock).advance(by: .milliseconds(args.get(\.ms)))
        case "clock.jump_wall": try there(clock).jumpWall(milliseconds: args.get(\.ms))
        case "clock.sleeps": return .list(try there(clock).sleeps().map { .integer(Int(millis($0).rounded())) })
        case "stream.open": (stream, told) = (try there(client).stream(devices: args.get(\.devices)), nil)
        case "stream.listen":
            let told = Told(fails: args.fails)
            stream = try there(client).subscribe(devices: args.get(\.devices), listener: told)
            self.told = told
        case "stream.hold", "stream.release": try there(told).hold(call == "stream.hold")
        case "stream.next": return try await next()
        case _ where call.hasPrefix("stream."):
            return try play(String(call.dropFirst("stream.".count)), args, on: there(stream))
        default: return try await play(call, args, with: there(client))
        }
        return .null
    }

    private func open(_ args: Arguments) throws {
        close()
        let clock = try TestClock(now: date(args.get(\.now)))
        self.clock = clock
        let config = try args.get(\.settings).config(baseURL: args.get(\.baseUrl), clock: clock)
        client = try TellusClient(config: config, credentials: args.get(\.credentials).credentials())
    }

    private func close() {
        client?.close()
        (clock, client, stream, told) = (nil, nil, nil, nil)
    }

    private func next() async throws -> JSON {
        if let told { return try await told.next() }
        var batches = try there(stream as? TelemetryStream).batches().makeAsyncIterator()
        return plain(try await batches.next() as Any)
    }

    private func there<T>(_ part: T?) throws -> T {
        guard let part else { throw Problem("the case has no \(T.self)") }
        return part
    }
}
