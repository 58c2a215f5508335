import Foundation
import Testing

@testable import Tellus

@Suite(.timeLimit(.minutes(1))) struct ClientTests {
    @Test func fiftyCallsAtOnceMakeOneTokenRequest() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let id = sandbox.device
        let found = try await withThrowingTaskGroup(of: Device.self) { group in
            for _ in 0..<50 { group.addTask { try await client.device(id) } }
            return try await group.reduce(into: 0) { count, device in count += device.deviceId == id ? 1 : 0 }
        }
        #expect(found == 50)
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 1)
        #expect(try await sandbox.requests(to: "/operator/devices/\(id)") == 50)
    }

    @Test func anExpiredTokenIsReplacedOnce() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        _ = try await client.device(sandbox.device)
        try await sandbox.fault(#""kind": "expire_tokens""#)
        _ = try await client.device(sandbox.device)
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 2)
    }

    @Test func twoClientsInOneProcessDoNotDisturbEachOther() async throws {
        let (one, two) = (try Sandbox(), try Sandbox(["--seed", "2"]))
        let (first, second) = (try one.client(), try two.client())
        #expect(one.device != two.device)
        async let device = first.device(one.device)
        async let other = second.device(two.device)
        #expect(try await device.deviceId == one.device)
        #expect(try await other.deviceId == two.device)
        first.close()
        #expect(try await second.device(two.device).deviceId == two.device)
    }

    @Test func knownDevicesComeFromSettingsAndRecords() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client { $0.devices = ["dvc_mine"] }
        let known = try await client.knownDevices()
        #expect(known.contains(KnownDevice(deviceId: "dvc_mine", source: .configured)))
        let recorded = known.filter { $0.source == .chargingRecords }.map(\.id)
        #expect(!recorded.isEmpty && Set(recorded).isSubset(of: sandbox.info.devices))
    }

    @Test func aRawRequestBringsThePayload() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client { $0.userAgentSuffix = "installer-app/2.1" }
        let text = try await client.request(method: "GET", path: "/operator/sites", query: ["size": "2", "page": "1"])
        let page = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect((page["items"] as? [Any])?.count == 2 && page["total"] as? Int == 3)
        let entry = try #require(try await sandbox.journal().last { $0.path == "/v1/operator/sites" })
        #expect(entry.user_agent?.hasSuffix("installer-app/2.1") == true)
        #expect(entry.query?.contains("size=2") == true)

        let bad = try await failure { try await client.request(method: "GET", path: "no/slash") }
        #expect(bad.description == "InvalidRequest: path: must begin with a slash, e.g. /operator/sites")
        let body = try await failure { try await client.request(method: "POST", path: "/operator/x", body: "{") }
        #expect(body.description.hasPrefix("InvalidRequest: body: is not JSON"))
    }

    @Test func aStateThatTheSchemaDoesNotNameIsKeptAsText() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await sandbox.fault(#""kind": "unknown_state", "state": "preparing", "times": null"#)
        try await sandbox.fault(#""kind": "unknown_fields", "times": null"#)
        let device = try await client.device(sandbox.device)
        #expect(device.connectors.allSatisfy { $0.status == .other("preparing") && $0.status.text == "preparing" })
        for try await frame in client.telemetry(devices: [sandbox.device]) {
            #expect(frame.connectors.allSatisfy { $0.state == .other("preparing") })
            break
        }
    }

    @Test func aFixedTokenIsUsedAsItIs() async throws {
        let sandbox = try Sandbox()
        let token = try await sandbox.token()
        let client = try TellusClient(config: sandbox.config, credentials: .accessToken(token))
        #expect(try await client.device(sandbox.device).deviceId == sandbox.device)
        try await sandbox.fault(#""kind": "expire_tokens""#)
        #expect(try await failure { try await client.device(sandbox.device) }.kind == "Authentication")
        #expect(try await sandbox.requests(to: "/operator/oauth/token") == 1, "nobody renews it")
        let none = try await failure { try TellusClient(config: sandbox.config, credentials: .accessToken(" ")) }
        #expect(none.description == "InvalidRequest: token: is empty")
    }

    @Test func callsAreCounted() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client {
            $0.queriesPerMinute = 7
            $0.controlsPerMinute = 5
            $0.tokensPerMinute = 3
        }
        #expect(QuotaClass.allCases.map { client.quotaLeft($0) } == [7, 5, 3])
        #expect(client.stats == ClientStats())
        try await sandbox.fault(#""kind": "html", "path": "/operator/devices/""#)
        _ = try await client.device(sandbox.device)
        _ = try? await client.device("dvc_nowhere")
        #expect(client.stats == ClientStats(requests: 3, retries: 1, failures: 1, tokenRefreshes: 1))
        #expect(QuotaClass.allCases.map { client.quotaLeft($0) } == [4, 5, 2])
        #expect(client.quotaLeft() == 4)
    }

    @Test func aProxyThatIsNotThereIsNotGoneAround() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client {
            $0.proxy = .url("http://127.0.0.1:1")
            $0.maxAttempts = 1
        }
        #expect(try await failure { try await client.authenticate() }.kind == "Connection")
        #expect(try await sandbox.journal().isEmpty)
    }

    @Test func aCancelledCallReturnsAtOnce() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await client.authenticate()
        try await sandbox.fault(#""kind": "slow", "delay_ms": 30000, "path": "/operator/devices/", "times": null"#)
        let call = Task { try await client.device(sandbox.device) }
        try await Task.sleep(for: .milliseconds(100))
        call.cancel()
        try await expectCancelled(call)
        // A task that is cancelled already sends nothing.
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await client.authenticate()
            }.value
        }
    }

    @Test func closingEndsWhatIsUnderWay() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await client.authenticate()
        try await sandbox.fault(#""kind": "slow", "delay_ms": 30000, "path": "/operator/devices/", "times": null"#)
        let call = Task { try await client.device(sandbox.device) }
        try await Task.sleep(for: .milliseconds(100))
        client.close()
        #expect(try await failure { try await call.value }.kind == "Closed")
    }

    @Test func releasingTheClientClosesItAndWhatItOpenedKeepsIt() async throws {
        let sandbox = try Sandbox()
        var client: TellusClient? = try sandbox.client()
        weak var released = client
        var subscription = try client?.subscribe(devices: [sandbox.device], listener: Recorder())
        client = nil
        try await eventually("the stream runs without its client being held") { subscription?.stats.frames ?? 0 > 0 }
        #expect(released != nil)
        subscription = nil
        try await eventually("client and stream are gone") {
            try await sandbox.journal(of: "stream_close").first?.reason == "client"
        }
        #expect(released == nil)
    }

    @Test func theEnvironmentSaysEverything() async throws {
        let sandbox = try Sandbox(["--tls"])
        var environment = [
            "TELLUS_BASE_URL": sandbox.baseURL, "TELLUS_CLIENT_ID": sandbox.info.client_id,
            "TELLUS_CLIENT_SECRET": sandbox.info.client_secret, "TELLUS_CA_FILE": try #require(sandbox.info.ca_file),
            "TELLUS_DEVICES": " dvc_mine, ",
        ]
        let known = try await TellusClient.from(environment: environment).knownDevices()
        #expect(known.filter { $0.source == .configured }.map(\.id) == ["dvc_mine"])

        environment["TELLUS_CA_FILE"] = "/nowhere/ca.pem"
        let file = try await failure { try TellusClient.from(environment: environment) }
        #expect(file.description == "InvalidRequest: TELLUS_CA_FILE: /nowhere/ca.pem cannot be read")
        environment["TELLUS_CA_FILE"] = try #require(sandbox.info.ca_file)
        environment["TELLUS_TOKEN"] = "token"
        let both = try await failure { try TellusClient.from(environment: environment) }
        #expect(both.description.hasPrefix("InvalidRequest: TELLUS_TOKEN: is set in the environment, and so is "))
        let alone = environment.filter { !$0.key.hasPrefix("TELLUS_CLIENT") }
        let wrong = try await failure { try await TellusClient.from(environment: alone).device(sandbox.device) }
        #expect(wrong.kind == "Authentication")
        environment["TELLUS_TOKEN"] = nil
        environment["TELLUS_CA_FILE"] = ""
        environment["TELLUS_CLIENT_SECRET"] = " "
        let missing = try await failure { try TellusClient.from(environment: environment) }
        #expect(missing.description.hasPrefix("InvalidRequest: TELLUS_CLIENT_SECRET: is not set in the environment"))
    }

    @Test func settingsThatCannotWorkAreRefusedByName() throws {
        func refusal(_ change: (inout TellusConfig) -> Void) -> String {
            var config = TellusConfig(baseURL: "https://localhost")
            change(&config)
            do {
                _ = try TellusClient(config: config, credentials: .clientSecret(id: "id", secret: "secret"))
                return "accepted"
            } catch {
                return error.description
            }
        }
        #expect(refusal { _ in } == "accepted")
        #expect(refusal { $0.requestTimeout = .seconds(-1) }.contains("request_timeout: must be longer than 0 s"))
        #expect(refusal { $0.requestTimeout = .seconds(Int64.max) } == "accepted")
        #expect(refusal { $0.maxAttempts = -3 }.contains("max_attempts: must be at least 1"))
        #expect(refusal { $0.mailboxRows = 0 }.contains("mailbox_rows: must be at least 1"))
        #expect(refusal { $0.queriesPerMinute = 0 }.contains("query_per_minute: must be at least 1"))
        #expect(refusal { $0.controlsPerMinute = 0 }.contains("control_per_minute: must be at least 1"))
        #expect(refusal { $0.tokensPerMinute = 0 }.contains("token_per_minute: must be at least 1"))
        #expect(refusal { $0.resyncInterval = .zero }.contains("resync_interval: must be longer than 0 s"))
        #expect(refusal { $0.silence = .seconds(1) }.contains("silence: must be longer than stream.ping_interval"))
        #expect(refusal { $0.firstAttempts = 0 }.contains("first_attempts: must be at least 1"))
        #expect(refusal { $0.maxDevicesPerConnection = 0 }.contains("max_devices_per_connection: must be at least 1"))
        #expect(refusal { $0.staleFactor = -1 }.contains("staleness: needs a factor of at least 2"))
        #expect(refusal { $0.staleFactor = 0 } == "accepted")
        #expect(refusal { $0.spkiPins = ["no pin"] }.hasPrefix("InvalidRequest: spki_pins"))
        #expect(refusal { $0.proxy = .url("no proxy") }.hasPrefix("InvalidRequest: proxy"))
        #expect(refusal { $0.proxy = .direct } == "accepted")
        #expect(refusal { $0.extraRootsPEM = ["no certificate"] }.hasPrefix("InvalidRequest: "))
    }

    #if os(Linux)
        /// A write to a connection that the peer has closed must not end the process.
        @Test func theCoresThreadsDoNotTakeTheSignalOfABrokenPipe() async throws {
            let sandbox = try Sandbox()
            try await sandbox.client().authenticate()
            let tasks = "/proc/self/task"
            var masks: [UInt64] = []
            for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
                // Threads of other tests may end meanwhile.
                guard let status = try? String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8),
                    status.hasPrefix("Name:\ttellus-io")
                else { continue }
                let blocked = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
                masks.append(try #require(blocked.flatMap { UInt64($0.dropFirst("SigBlk:\t".count), radix: 16) }))
            }
            #expect(!masks.isEmpty)
            #expect(masks.allSatisfy { $0 & (1 << UInt64(SIGPIPE - 1)) != 0 })
            // The app's own threads are left as they are.
            var own = sigset_t()
            pthread_sigmask(SIG_SETMASK, nil, &own)
            #expect(sigismember(&own, SIGPIPE) == 0)
        }
    #endif
}
