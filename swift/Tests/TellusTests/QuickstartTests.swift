import Foundation
import Testing

@testable import Tellus

/// What the README's code prints. It must not get between the lines in which the runner reports.
let printed = Locked<[String]>([])

private func print(_ items: Any...) {
    printed.withLock { $0.append(items.map { "\($0)" }.joined(separator: " ")) }
}

// The code of the README, as it stands there, between the markers.

private func quickstart() async throws {
    // README quickstart
    let client = try TellusClient.fromEnvironment()

    for try await site in client.sites() {
        print("\(site.name): \(site.powerCapacity ?? 0) kW")
    }

    guard let id = try await client.knownDevices().first?.deviceId else { return }
    let device = try await client.device(id)
    for connector in device.connectors {
        print("\(id) connector \(connector.connectorId) is \(connector.status), \(connector.power ?? 0) kW")
    }

    var frames = 0
    for try await frame in client.telemetry(devices: [id]) {
        print(frame.timestamp, frame.connectors.map { "\($0.power ?? 0) kW" })
        frames += 1
        if frames == 3 { break }  // leaving the loop closes the connection
    }
    client.close()
    // README end
}

private func appClient(_ baseURL: String, _ backend: Backend) throws -> TellusClient {
    // README token-provider
    let client = try TellusClient(
        config: TellusConfig(baseURL: baseURL),
        credentials: .tokenProvider {
            let reply = try await backend.tellusToken()  // your own call, with your own sign-in
            return AccessToken(token: reply.token, expiresIn: .seconds(reply.expiresIn))
        })
    // README end
    return client
}

// README view-model
@MainActor
final class ChargerModel {
    private(set) var latest: TelemetryFrame?

    func follow(_ id: String, with client: TellusClient) async throws {
        for try await frame in client.telemetry(devices: [id]) {
            latest = frame
        }
    }
}
// README end

// README week
/// The energy of a charger's sessions in the last seven days, in kWh.
func energyOfTheWeek(_ id: String, with client: TellusClient) async throws -> Double {
    let now = Date()
    let records = client.chargingRecords(device: id, start: now.addingTimeInterval(-7 * 86_400), end: now)
    return try await records.reduce(0) { $0 + $1.energy }  // pages are fetched one after the other
}
// README end

// README charge
@MainActor
final class ChargeButton {
    private(set) var state: CommandState?

    func tap(_ id: String, connector: Int, with client: TellusClient) async throws {
        let receipt = try await client.start(id, connector: connector, chargePower: 7.4, targetSoc: 80)
        for try await status in client.followCommand(receipt.commandId) {
            state = status.status  // queued, accepted, and at the end of the charge completed
            if status.status == .accepted { break }  // whether energy flows, telemetry tells
        }
    }
}
// README end

// README steer
func watchBoth(_ one: String, _ other: String, with client: TellusClient) async throws -> [Gap] {
    let stream = try client.stream(devices: [one])
    for try await frame in stream.frames {
        if frame.deviceId == other { break }
        try stream.add([other])  // at any time, from any task; also remove, pause, resume, networkChanged
    }
    return stream.gaps()  // when which charger was not observed, and why
}
// README end

// README token-store
/// Keeps the token in a file that only this user can read.
struct FileTokenStore: TokenStore {
    let file: URL

    func load() throws -> StoredToken? {
        // Not there is no token; not readable is an error.
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return try JSONDecoder().decode(StoredToken.self, from: Data(contentsOf: file))
    }

    func save(_ token: StoredToken) throws {
        try JSONEncoder().encode(token).write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}
// README end

func startLogging() {
    // README log
    TellusSDK.setLogSink(upTo: .info) { level, line in
        print("\(level): \(line)")
    }
    // README end
}

/// An app's own backend.
private struct Backend: Sendable {
    let sandbox: Sandbox

    func tellusToken() async throws -> (token: String, expiresIn: Int) {
        (try await sandbox.token(), 3600)
    }
}

@Suite(.timeLimit(.minutes(1))) struct QuickstartTests {
    @Test(arguments: ["quickstart", "token-provider", "view-model", "week", "charge", "steer", "token-store", "log"])
    func theReadmeShowsTheCodeThatIsTested(_ name: String) throws {
        let here = URL(fileURLWithPath: #filePath)
        let tested = try block(in: here, from: "// README \(name)", to: "// README end")
        let folder = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var shown = try block(in: folder.appendingPathComponent("README.md"), from: "<!-- \(name) -->", to: "```")
        #expect(shown.removeFirst() == "```swift")
        if shown.first == "import Tellus" { shown.removeFirst(2) }
        #expect(shown == tested)
        #expect(!tested.isEmpty)
    }

    @Test func theQuickstartRuns() async throws {
        let sandbox = try Sandbox()
        setenv("TELLUS_BASE_URL", sandbox.baseURL, 1)
        setenv("TELLUS_CLIENT_ID", sandbox.info.client_id, 1)
        setenv("TELLUS_CLIENT_SECRET", sandbox.info.client_secret, 1)
        try await quickstart()
        // Another test shows the log here.
        let lines = printed.now.filter { line in !LogLevel.allCases.contains { line.hasPrefix("\($0): ") } }
        #expect(lines.filter { $0.hasSuffix(" kW") && $0.contains(": ") }.count == 3, "one line for each site")
        #expect(lines.contains { $0.contains(" connector 1 is ") })
        #expect(lines.suffix(3).allSatisfy { $0.contains("+0000 [") && $0.hasSuffix(" kW\"]") })
        let journal = try await sandbox.journal()
        #expect(journal.contains { $0.path == "/v1/operator/sites" && $0.status == 200 })
        #expect(journal.contains { $0.path?.hasPrefix("/v1/operator/devices/") == true && $0.status == 200 })
        try await eventually("the stream is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
    }

    @Test func theTokensFileIsMadeAndRead() async throws {
        let sandbox = try Sandbox()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = FileTokenStore(file: folder.appendingPathComponent("token"))
        for _ in 0..<2 {
            let credentials = Credentials.clientSecret(
                id: sandbox.info.client_id, secret: sandbox.info.client_secret, store: store)
            _ = try await TellusClient(config: sandbox.config, credentials: credentials).device(sandbox.device)
        }
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 1)
    }

    @Test @MainActor func theAppsPartsRun() async throws {
        let sandbox = try Sandbox()
        let client = try appClient(sandbox.baseURL, Backend(sandbox: sandbox))
        let model = ChargerModel()
        let screen = Task { try await model.follow(sandbox.device, with: client) }
        try await eventually("the screen shows a frame") { model.latest?.deviceId == sandbox.device }
        screen.cancel()
        _ = await screen.result
        try await eventually("the stream is closed") { try await sandbox.journal(of: "stream_close").count == 1 }
    }

    @Test @MainActor func theOtherPartsRun() async throws {
        let sandbox = try Sandbox(["--speed", "60", "--no-arrivals"])
        let client = try sandbox.client()
        let past = try Sandbox()
        #expect(try await energyOfTheWeek(past.device, with: past.client()) != 0, "discharges count against it")
        let gaps = try await watchBoth(sandbox.device, sandbox.info.devices[1], with: client)
        #expect(Set(gaps.map(\.deviceId)).count == 2)
        for id in sandbox.info.devices {
            let device = try await client.device(id)
            guard device.status == .online, let free = device.connectors.first(where: { $0.status == .idle }) else {
                continue
            }
            let button = ChargeButton()
            try await button.tap(id, connector: free.connectorId, with: client)
            #expect([.accepted, .completed].contains(button.state))
            return
        }
        Issue.record("no connector is idle")
    }

    /// The lines between two markers, without the indentation that they share.
    private func block(in file: URL, from start: String, to end: String) throws -> [String] {
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let first = try #require(lines.firstIndex { $0.trimmingCharacters(in: .whitespaces) == start }) + 1
        var block: [String] = []
        for (offset, line) in lines[first...].enumerated() {
            if offset > 0, line.trimmingCharacters(in: .whitespaces) == end { break }
            block.append(line)
        }
        let indent = block.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return block.map { String($0.dropFirst(indent)) }
    }
}
