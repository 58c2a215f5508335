import Testing

@testable import Tellus
import func TellusBindings.provokePanic

/// A bug in the core is an error of the app's language, and no crash.
@Suite(.timeLimit(.minutes(1))) struct PanicTests {
    @Test(arguments: [false, true]) func aPanicIsAnErrorThatSaysSo(_ inTask: Bool) async throws {
        let error = try await failure { try await awaited { try await provokePanic(inTask: inTask) } }
        #expect(!error.failure.retryable)
        #expect(error.description.contains("bug"), "\(error)")
        // Everything goes on.
        let sandbox = try Sandbox()
        #expect(try await sandbox.client().device(sandbox.device).deviceId == sandbox.device)
    }
}
