internal import TellusBindings

extension StatusEvent {
    init(_ native: TellusBindings.StatusEvent) {
        self.init(at: native.at, connection: Int(native.connection), status: StreamStatus(native.status))
    }
}

extension StreamStatus {
    init(_ native: TellusBindings.StreamStatus) {
        switch native {
        case .connecting: self = .connecting
        case .live: self = .live
        case .waiting(let retryIn, let error):
            self = .waiting(retryIn: Duration(nativeSeconds: retryIn), error: TellusError(error))
        case .paused: self = .paused
        case .closed: self = .closed
        case .failed(let error): self = .failed(TellusError(error))
        }
    }
}

extension Gap {
    init(_ native: TellusBindings.Gap) {
        self.init(
            deviceId: native.deviceId,
            cause: GapCause(native.cause),
            openedAt: native.openedAt,
            last: native.last.map(Observed.init),
            next: native.next.map(Observed.init),
            closedAt: native.closedAt,
            dropped: native.dropped,
            resynced: native.resynced)
    }
}

extension GapCause {
    init(_ native: TellusBindings.GapCause) {
        switch native {
        case .connecting: self = .connecting
        case .reconnect: self = .reconnect
        case .stale: self = .stale
        case .dropped: self = .dropped
        case .paused: self = .paused
        case .failed: self = .failed
        }
    }
}

extension Observed {
    init(_ native: TellusBindings.Observed) {
        self.init(timestamp: native.timestamp, receivedAt: native.receivedAt)
    }
}

extension StreamStats {
    init(_ native: TellusBindings.StreamStats) {
        self.init(
            frames: native.frames,
            bytes: native.bytes,
            connections: native.connections,
            reconnects: native.reconnects,
            dropped: native.dropped,
            duplicates: native.duplicates,
            malformed: native.malformed,
            unusual: native.unusual,
            waitingRows: native.waitingRows,
            openGaps: native.openGaps,
            forgottenGaps: native.forgottenGaps,
            latency: LatencyStats(native.latency),
            listenerFailures: native.listenerFailures)
    }
}

extension LatencyStats {
    init(_ native: TellusBindings.LatencyStats) {
        self.init(
            count: native.count,
            ahead: native.ahead,
            p50: native.p50.map(Duration.init(nativeSeconds:)),
            p90: native.p90.map(Duration.init(nativeSeconds:)),
            p99: native.p99.map(Duration.init(nativeSeconds:)),
            max: native.max.map(Duration.init(nativeSeconds:)))
    }
}
