import Foundation
import Testing

@testable import Tellus

/// Something that keeps a test from going on.
struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits until something is so; fails after half a minute, which only a very busy machine comes near to.
func eventually(
    _ what: String,
    isolation: isolated (any Actor)? = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("never came true: \(what)", sourceLocation: sourceLocation)
    throw Problem(what)
}

/// Fails if the task does not end with `CancellationError`, and soon: a test that waits for ever tells nothing.
func expectCancelled(
    _ task: Task<some Sendable, any Error>,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let result = Locked<Result<Void, any Error>?>(nil)
    Task {
        let ended = await task.result.map { _ in }
        result.withLock { $0 = ended }
    }
    try await eventually("the cancelled task ends", sourceLocation: sourceLocation) { result.now != nil }
    #expect(throws: CancellationError.self, sourceLocation: sourceLocation) { try result.now?.get() }
}

/// The SDK's error that a call throws.
func failure(
    sourceLocation: SourceLocation = #_sourceLocation,
    of call: () async throws -> some Any
) async throws -> TellusError {
    do {
        let value = try await call()
        Issue.record("expected an error, got \(value)", sourceLocation: sourceLocation)
        throw Problem("no error")
    } catch let error as TellusError {
        return error
    }
}

/// The field that a refusal names.
func field(
    sourceLocation: SourceLocation = #_sourceLocation,
    refusedBy call: () async throws -> some Any
) async throws -> String? {
    let error = try await failure(sourceLocation: sourceLocation, of: call)
    guard case .invalidRequest(let failure) = error else { return "not refused: \(error)" }
    return (try JSONSerialization.jsonObject(with: Data(failure.details.utf8)) as? [String: Any])?["field"] as? String
}

/// All that a listener was told, and what it does about it.
final class Recorder: TelemetryListener {
    let frames = Locked<[TelemetryFrame]>([])
    let events = Locked<[StatusEvent]>([])
    let gaps = Locked<[Gap]>([])
    private let reaction: @Sendable (Int) throws -> Void

    /// `reaction` is called with the number of each batch, from 1.
    init(_ reaction: @escaping @Sendable (Int) throws -> Void = { _ in }) {
        self.reaction = reaction
        self.batches = Locked(0)
    }

    let batches: Locked<Int>

    func onBatch(_ frames: [TelemetryFrame]) throws {
        self.frames.withLock { $0 += frames }
        let number = batches.withLock { count in
            count += 1
            return count
        }
        try reaction(number)
    }

    func onStatus(_ event: StatusEvent) throws {
        events.withLock { $0.append(event) }
    }

    func onGap(_ gap: Gap) throws {
        gaps.withLock { $0.append(gap) }
    }
}

extension Locked where Value: Sendable {
    var now: Value { withLock { $0 } }
}
