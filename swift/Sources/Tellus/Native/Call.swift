import Foundation
internal import TellusBindings

/// Runs generated code and gives its errors their public form.
func translated<T>(_ body: () throws -> T) throws(TellusError) -> T {
    do {
        return try body()
    } catch {
        throw TellusError(thrown: error)
    }
}

/// Waits for a generated function that goes on to its end without its caller if the task is cancelled: a command.
func awaited<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await awaited { _ in try await body() }
}

/// Waits for a generated function, unless the task is cancelled first: such a function does not notice that by itself, and
/// has to be told by what it is given. What it brings then is dropped.
func awaited<T: Sendable>(_ body: @escaping @Sendable (Cancellation) async throws -> T) async throws -> T {
    try Task.checkCancellation()
    let answer = Answer<T>()
    let cancellation = try translated { try Cancellation() }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            answer.wait(continuation)
            Task {
                do {
                    answer.give(.success(try await body(cancellation)))
                } catch {
                    answer.give(.failure(TellusError(thrown: error)))
                }
            }
        }
    } onCancel: {
        answer.give(.failure(CancellationError()))
        try? cancellation.cancel()
    }
}

/// A continuation that is resumed once, by whoever comes first, also before anybody waits.
private final class Answer<T: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<T, any Error>?
        var result: Result<T, any Error>?
    }

    private let state = Locked(State())

    func wait(_ continuation: CheckedContinuation<T, any Error>) {
        let early = state.withLock { state in
            if state.result == nil { state.continuation = continuation }
            return state.result
        }
        if let early { continuation.resume(with: early) }
    }

    func give(_ result: Result<T, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<T, any Error>? in
            guard state.result == nil else { return nil }
            state.result = result
            return state.continuation.take()
        }
        waiting?.resume(with: result)
    }
}
