import Foundation
import Tellus

/// A listener that notes what it is told, call by call, until the driver asks for it.
final class Told: TelemetryListener, @unchecked Sendable {
    /// The numbers of the calls that fail, by kind, counted from 1.
    struct Fails: Decodable, Sendable {
        var events, gaps, frames: [Int]?
    }

    private let fails: [String: [Int]]
    /// Guards what follows.
    private let changed = NSCondition()
    /// What has not been asked for yet, and who asks.
    private var calls: [JSON] = []
    private var asked: CheckedContinuation<JSON, any Error>?
    private var counts: [String: Int] = [:]
    /// The connections that were told of and have not ended.
    private var connections: Set<Int> = []
    private var ended = false
    private var held = false
    private var threads: Set<Thread> = []

    init(fails: Fails?) {
        self.fails = ["events": fails?.events ?? [], "gaps": fails?.gaps ?? [], "frames": fails?.frames ?? []]
    }

    func onBatch(_ frames: [TelemetryFrame]) throws { try note("frames", plain(frames)) }

    func onGap(_ gap: Gap) throws { try note("gaps", plain([gap])) }

    func onStatus(_ event: StatusEvent) throws {
        try note("events", plain([event])) {
            switch event.status {
            case .closed, .failed:
                connections.remove(event.connection)
                ended = connections.isEmpty
            default: connections.insert(event.connection)
            }
        }
    }

    /// From now on each call is noted and lasts until it is released.
    func hold(_ held: Bool) {
        changed.withLock { self.held = held }
        changed.broadcast()
    }

    /// The next call; nothing after the end.
    func next() async throws -> JSON {
        try await withCheckedThrowingContinuation { asking in
            changed.withLock {
                asked = asking
                answer()
            }
        }
    }

    private func note(_ kind: String, _ told: JSON, _ change: () -> Void = {}) throws {
        try changed.withLock {
            threads.insert(Thread.current)
            change()
            var call: [String: JSON] = ["events": .list([]), "gaps": .list([]), "frames": .list([])]
            call[kind] = told
            calls.append(.object(call))
            answer()
            counts[kind, default: 0] += 1
            let number = counts[kind]!
            while held { changed.wait() }
            if fails[kind]!.contains(number) { throw Problem("the case wants it so") }
        }
    }

    private func answer() {
        guard let asking = asked, ended || !calls.isEmpty else { return }
        asked = nil
        if threads.count > 1 {
            asking.resume(throwing: Problem("the listener is called from several threads"))
        } else {
            asking.resume(returning: calls.isEmpty ? .null : calls.removeFirst())
        }
    }
}
