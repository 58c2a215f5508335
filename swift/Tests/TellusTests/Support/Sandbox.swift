import Foundation
import Tellus

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A sandbox of the test's own: a real process, which ends with the test, or with this process if that dies first.
final class Sandbox: @unchecked Sendable {
    /// What it prints when it is up.
    struct Announcement: Decodable, Sendable {
        let base_url: String
        let client_id: String
        let client_secret: String
        let ca_file: String?
        let devices: [String]
    }

    let info: Announcement
    private let process: Process
    private let stdin: Pipe

    init(_ arguments: [String] = [], cadence: Duration = .milliseconds(50)) throws {
        guard let binary = ProcessInfo.processInfo.environment["TELLUS_SANDBOX_BIN"] else {
            throw Problem("TELLUS_SANDBOX_BIN is not set: run the tests with `make swift`")
        }
        let (process, stdin, stdout) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: binary)
        process.arguments =
            ["--json", "--exit-with-stdin", "--cadence-ms", String(Int(cadence / .milliseconds(1)))]
            + ["--query-per-minute", "0", "--control-per-minute", "0", "--token-per-minute", "0"] + arguments
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        self.process = process
        self.stdin = stdin
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = stdout.fileHandleForReading.availableData
            if more.isEmpty { throw Problem("the sandbox ended before it was up") }
            line += more
        }
        info = try JSONDecoder().decode(Announcement.self, from: line)
    }

    deinit {
        end()
    }

    /// Ends it, and returns when it has ended. `Process.waitUntilExit` is not for this: it runs a run loop, holds up one of
    /// the few threads that all tests share, and may miss the end of a process that another thread started.
    func stop() async {
        end()
        while process.isRunning {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func end() {
        try? stdin.fileHandleForWriting.close()
        process.terminate()
    }

    var baseURL: String { info.base_url }
    var port: Int { URL(string: baseURL)?.port ?? 0 }
    var credentials: Credentials { .clientSecret(id: info.client_id, secret: info.client_secret) }
    /// The first charger.
    var device: String { info.devices[0] }

    /// Settings for this sandbox, with short waits.
    var config: TellusConfig {
        var config = TellusConfig(baseURL: baseURL)
        config.backoffBase = .milliseconds(20)
        config.queriesPerMinute = 10_000
        config.controlsPerMinute = 10_000
        return config
    }

    func client(_ change: (inout TellusConfig) -> Void = { _ in }) throws -> TellusClient {
        var config = config
        change(&config)
        return try TellusClient(config: config, credentials: credentials)
    }
}

// The controls.
extension Sandbox {
    /// One entry of the journal, as far as the tests look at it.
    struct Entry: Decodable, Sendable {
        let event: String
        let method: String?
        let path: String?
        let query: String?
        let user_agent: String?
        let status: Int?
        let reason: String?
        let devices: [String]?
    }

    func journal() async throws -> [Entry] {
        struct Reply: Decodable { let entries: [Entry] }
        return try JSONDecoder().decode(Reply.self, from: await send("GET", "/_sandbox/journal")).entries
    }

    func journal(of event: String) async throws -> [Entry] {
        try await journal().filter { $0.event == event }
    }

    /// How many requests for a path, given without `/v1`, have been answered.
    func requests(to path: String) async throws -> Int {
        try await journal(of: "request").filter { $0.path == "/v1" + path }.count
    }

    /// The bodies of the control calls that have been answered, as JSON texts with sorted keys.
    func commands() async throws -> [String] {
        let reply = try JSONSerialization.jsonObject(with: await send("GET", "/_sandbox/journal")) as? [String: Any]
        let entries = reply?["entries"] as? [[String: Any]] ?? []
        return try entries.filter { $0["method"] as? String == "POST" }.compactMap { $0["body"] }.map { body in
            String(decoding: try JSONSerialization.data(withJSONObject: body, options: .sortedKeys), as: UTF8.self)
        }
    }

    /// Adds a fault, e.g. `"kind": "html", "times": null`.
    func fault(_ fields: String) async throws {
        _ = try await send("POST", "/_sandbox/faults", body: "{\(fields)}")
    }

    /// How many faults still wait for a request.
    func pendingFaults() async throws -> Int {
        struct Reply: Decodable {
            struct Fault: Decodable {}
            let pending: [Fault]
        }
        return try JSONDecoder().decode(Reply.self, from: await send("GET", "/_sandbox/faults")).pending.count
    }

    /// A token, as an app's backend would get it.
    func token() async throws -> String {
        struct Reply: Decodable { let access_token: String }
        let body = [
            "client_id": info.client_id, "client_secret": info.client_secret, "grant_type": "client_credentials",
        ]
        let reply = try await send(
            "POST", "/v1/operator/oauth/token", body: String(decoding: JSONEncoder().encode(body), as: UTF8.self))
        return try JSONDecoder().decode(Reply.self, from: reply).access_token
    }

    private func send(_ method: String, _ path: String, body: String? = nil) async throws -> Data {
        guard let url = URL(string: path, relativeTo: URL(string: baseURL)) else { throw Problem("no URL: \(path)") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, status < 300 else {
            throw Problem("\(method) \(path): \(String(decoding: data, as: UTF8.self))")
        }
        return data
    }
}
