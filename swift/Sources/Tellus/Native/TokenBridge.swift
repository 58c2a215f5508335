import Foundation
internal import TellusBindings

/// Answers the core's questions for a token from an `async` closure, each in a task of its own.
final class TokenBridge: TellusBindings.TokenProvider, Sendable {
    private struct State {
        /// Given up when the client is closed: it may hold on to the client.
        var provider: (@Sendable () async throws -> AccessToken)?
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var last: UInt64 = 0
    }

    private let state: Locked<State>

    init(_ provider: @escaping @Sendable () async throws -> AccessToken) {
        state = Locked(State(provider: provider))
    }

    func request(request: TellusBindings.TokenRequest) throws {
        try state.withLock { state in
            guard let provider = state.provider else {
                throw CallbackError.Failed(reason: "the client is closed")
            }
            state.last += 1
            let number = state.last
            // It ends with taking itself off the list, which waits until it is on it: the lock is held here.
            state.tasks[number] = Task.detached { [weak self] in
                await Self.answer(request, from: provider)
                self?.state.withLock { state in state.tasks[number] = nil }
            }
        }
    }

    private static func answer(
        _ request: TellusBindings.TokenRequest,
        from provider: @Sendable () async throws -> AccessToken
    ) async {
        do {
            let answer = try await provider()
            try request.succeed(token: answer.token, expiresIn: answer.expiresIn.nativeSeconds)
        } catch {
            // Fails only where nobody waits for the answer any more.
            try? request.fail(reason: firstLine(of: error))
        }
    }

    func close() {
        let tasks = state.withLock { state in
            state.provider = nil
            return state.tasks.values.map { $0 }
        }
        for task in tasks { task.cancel() }
    }
}
