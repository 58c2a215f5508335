import Foundation
import Tellus

/// A console for commissioning: lists the sites, then follows one charger live until Ctrl-C.
@main
struct Watch {
    static func main() async {
        do {
            let options = try Options(CommandLine.arguments.dropFirst())
            // All that is done on behalf of the user is in one task: Ctrl-C cancels it, and nothing else need be known.
            let work = Task { try await run(options) }
            let interrupt = onInterrupt { work.cancel() }
            try await work.value
            interrupt.cancel()
        } catch {
            say("watch: \(error)")
            exit(1)
        }
    }

    private static func run(_ options: Options) async throws {
        let backend = Backend(url: options.backend)
        let client = try TellusClient(
            config: TellusConfig(baseURL: options.platform),
            credentials: .tokenProvider { try await backend.token() })
        defer { client.close() }
        say("Sites")
        for try await site in client.sites() { say("  " + line(for: site)) }
        guard let id = try await charger(options, client) else {
            return say("No charger is known; name one.")
        }
        let device = try await client.device(id)
        say("Charger \(line(for: device))")
        try await follow(id, frames: options.frames, with: client)
    }

    private static func charger(_ options: Options, _ client: TellusClient) async throws -> String? {
        if let charger = options.charger { return charger }
        return try await client.knownDevices().first?.deviceId
    }

    /// Prints what comes. Ends after so many frames, or when the task is cancelled.
    private static func follow(_ id: String, frames wanted: Int?, with client: TellusClient) async throws {
        let stream = try client.stream(devices: [id])
        var frames = 0
        defer {
            stream.close()
            let stats = stream.stats
            say(
                "\(frames) frames over \(stats.connections) connections, \(stream.gaps().count) gaps, \(stats.dropped) dropped"
            )
        }
        do {
            for try await batch in stream.batches() {
                batch.events.forEach { say("-- \(line(for: $0))") }
                batch.gaps.filter(\.isOpen).forEach { say("-- \(line(for: $0))") }
                for frame in batch.frames {
                    for reading in frame.connectors { say(line(for: reading, at: frame.timestamp)) }
                    frames += 1
                    if frames == wanted { return }
                }
                batch.gaps.filter { !$0.isOpen }.forEach { say("-- \(line(for: $0))") }
            }
        } catch is CancellationError {
            say("-- stopped")
        }
    }
}
