import Foundation
import Testing

@testable import Tellus

/// Every leaf of the error tree, made by what makes it in real life, with the text that people get to see.
@Suite(.timeLimit(.minutes(1))) struct ErrorTests {
    @Test func authentication() async throws {
        let sandbox = try Sandbox()
        let client = try TellusClient(
            config: sandbox.config, credentials: .clientSecret(id: sandbox.info.client_id, secret: "wrong"))
        let error = try await failure { try await client.authenticate() }
        guard case .authentication(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.code == 2001 && failure.httpStatus == 401 && !failure.retryable)
        #expect(error.description.hasPrefix("Authentication: client_id or client_secret is wrong"))
        #expect(error.description.contains(" (code 2001, HTTP 401"))
        #expect(error.localizedDescription == error.description)
        #expect("\(error)" == error.description)
    }

    @Test func permissionDenied() async throws {
        let error = try await answer(
            #""kind": "error", "status": 403, "code": 2003, "message": "the scope is missing""#)
        guard case .permissionDenied = error else { throw Problem("\(error)") }
        #expect(error.description.hasPrefix("PermissionDenied: the scope is missing (code 2003, HTTP 403"))
    }

    @Test func notFound() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        let error = try await failure { try await client.device("dvc_nowhere") }
        guard case .notFound(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.code == 3001 && failure.attempts == 1)
        #expect(failure.requestId != nil)
        #expect(error.description.hasPrefix("NotFound: ") && error.description.contains("(code 3001, HTTP 404"))
    }

    @Test func invalidRequestOfThePlatform() async throws {
        let details = #", "details": {"field": "power", "value": -5}"#
        let error = try await answer(
            #""kind": "error", "status": 400, "code": 1002, "message": "out of range""# + details)
        guard case .invalidRequest(let failure) = error else { throw Problem("\(error)") }
        #expect(error.description.hasPrefix("InvalidRequest: power: out of range (code 1002, HTTP 400"))
        #expect(failure.details == #"{"field":"power","value":-5}"#)
    }

    @Test(arguments: ["http://example.com/v1", "example.com", "ftp://example.com"])
    func invalidRequestOfTheSettings(_ url: String) async throws {
        let error = try await failure {
            try TellusClient(config: TellusConfig(baseURL: url), credentials: .clientSecret(id: "id", secret: "secret"))
        }
        guard case .invalidRequest(let failure) = error else { throw Problem("\(error)") }
        #expect(error.description.hasPrefix("InvalidRequest: base_url: "))
        #expect(failure.details == #"{"field":"base_url"}"# && failure.attempts == 0)
    }

    @Test func conflict() async throws {
        let error = try await answer(#""kind": "error", "status": 409, "code": 4001, "message": "it charges""#)
        guard case .conflict = error else { throw Problem("\(error)") }
        #expect(error.description.hasPrefix("Conflict: it charges (code 4001, HTTP 409"))
    }

    @Test func rateLimited() async throws {
        let error = try await answer(
            #""kind": "error", "status": 429, "code": 5001, "message": "slow down", "retry_after_seconds": 120"#)
        guard case .rateLimited(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.retryAfter == .seconds(120) && failure.retryable)
        #expect(error.description.hasPrefix("RateLimited: slow down (code 5001, HTTP 429, retry after 120 s"))
    }

    @Test func anAbsurdWaitDoesNotEndTheApp() async throws {
        let error = try await answer(
            #""kind": "error", "status": 429, "code": 5001, "retry_after_seconds": 18446744073709551615"#)
        let wait = try #require(error.failure.retryAfter)
        #expect(error.kind == "RateLimited" && wait > .seconds(86_400) && wait.components.seconds > 86_400)
    }

    @Test func server() async throws {
        let error = try await answer(
            #""kind": "error", "status": 500, "code": 9001, "message": "out of order", "times": null"#)
        guard case .server(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.attempts == 2 && failure.retryable)
        #expect(error.description.hasPrefix("Server: out of order (code 9001, HTTP 500, 2 attempts"))
    }

    @Test func serverBehindAProxyThatAnswersInHTML() async throws {
        let error = try await answer(#""kind": "html", "status": 502, "times": null"#)
        guard case .server(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.httpStatus == 502 && failure.code == nil)
        #expect(error.description.hasPrefix("Server: "))
        #expect(error.description.contains("not JSON: <html>") && !error.description.contains("\n"))
    }

    @Test func connectionToAHostThatDoesNotListen() async throws {
        let sandbox = try Sandbox()
        await sandbox.stop()
        let client = try sandbox.client { $0.maxAttempts = 2 }
        let error = try await failure { try await client.device(sandbox.device) }
        guard case .connection(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.retryable && failure.httpStatus == nil)
        #expect(error.description.hasPrefix("Connection: ") && error.description.contains("cannot be reached"))
    }

    @Test func connectionThatBreaksInsideTheBody() async throws {
        let error = try await answer(#""kind": "truncated", "times": null"#)
        guard case .connection = error else { throw Problem("\(error)") }
        #expect(error.description.contains("cut short"))
    }

    @Test func timeout() async throws {
        let sandbox = try Sandbox()
        let token = try await sandbox.token()
        try await sandbox.fault(#""kind": "slow", "delay_ms": 30000, "times": null"#)
        var config = sandbox.config
        config.requestTimeout = .milliseconds(150)
        config.maxAttempts = 1
        // So that the first thing it sends is the call that is late.
        let provider = Credentials.tokenProvider { AccessToken(token: token, expiresIn: .seconds(60)) }
        let client = try TellusClient(config: config, credentials: provider)
        let error = try await failure { try await client.device(sandbox.device) }
        guard case .timeout(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.retryable)
        #expect(error.description.hasPrefix("Timeout: ") && error.description.contains("did not answer in time"))
    }

    @Test func decode() async throws {
        let error = try await answer(#""kind": "not_json""#)
        guard case .decode(let failure) = error else { throw Problem("\(error)") }
        #expect(failure.httpStatus == 200 && !failure.retryable)
        #expect(error.description.hasPrefix("Decode: the reply is not JSON"))
    }

    @Test func outcomeUnknown() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        try await client.authenticate()
        try await sandbox.fault(#""kind": "drop", "path": "/operator/devices/""#)
        let path = "/operator/devices/\(sandbox.device)/connectors/1/start"
        let error = try await failure {
            try await client.request(method: "POST", path: path, body: #"{"target_soc": 80}"#)
        }
        guard case .outcomeUnknown(let failure) = error else { throw Problem("\(error)") }
        #expect(!failure.retryable && failure.attempts == 1)
        #expect(error.description.hasPrefix("OutcomeUnknown: the command was sent"))
        #expect(try await sandbox.requests(to: path) == 1)
    }

    @Test func closed() async throws {
        let sandbox = try Sandbox()
        let client = try sandbox.client()
        client.close()
        client.close()
        let error = try await failure { try await client.device(sandbox.device) }
        guard case .closed = error else { throw Problem("\(error)") }
        #expect(error.description == "Closed: the client is closed; open a new one")
        let again = try await failure { try client.subscribe(devices: [sandbox.device], listener: Recorder()) }
        #expect(again.kind == "Closed")
    }

    @Test func aPanicInTheLibraryIsAnErrorAndNoCrash() {
        struct Panic: LocalizedError {
            let errorDescription: String? = "index out of bounds\nand a stack trace"
        }
        let error = TellusError(thrown: Panic())
        let bug = "a bug in the SDK stopped this call; please report it"
        #expect(error.description == "Closed: \(bug): index out of bounds")
        #expect(!error.failure.retryable)
    }

    /// The error of reading a device while this fault holds.
    private func answer(_ fault: String) async throws -> TellusError {
        let sandbox = try Sandbox()
        let client = try sandbox.client { $0.maxAttempts = 2 }
        try await client.authenticate()
        try await sandbox.fault(fault + #", "path": "/operator/devices/""#)
        return try await failure { try await client.device(sandbox.device) }
    }
}
