/// What happens when the consumer of a stream is slower than the stream.
public enum OverflowPolicy: Sendable, Hashable, CaseIterable {
    /// The socket is not read until there is room: nothing is lost on this side, yet the platform may cut the stream
    /// off.
    case block
    /// The oldest frames are dropped; they are counted in ``StreamStats/dropped`` and become gaps.
    case dropOldest
    /// Only the newest reading of every connector is kept: for screens. What it replaces is counted in
    /// ``StreamStats/dropped`` and becomes gaps, which are not told one by one.
    case latest
}

/// One of `count` equal parts of a fleet that several processes share, each with another `index`. Which charger belongs to
/// which part depends on its id alone, so the processes need not talk to each other.
public struct Partition: Sendable, Hashable {
    /// Which part, from 0.
    public var index: Int
    /// How many parts there are.
    public var count: Int

    /// Part `index` of `count`. Whether there is such a part is checked when the client is made.
    public init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }
}

/// Through which proxy the platform is reached. No text form of it shows the address, which may hold a password.
public enum ProxySetting: Sendable, Hashable {
    /// What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say (`http_proxy` for plain HTTP).
    case fromEnvironment
    /// None, whatever the environment says.
    case direct
    /// This one: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`.
    case url(String)
}

extension ProxySetting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Which kind of setting it is.
    public var description: String {
        switch self {
        case .fromEnvironment: "ProxySetting.fromEnvironment"
        case .direct: "ProxySetting.direct"
        case .url: "ProxySetting.url(***)"
        }
    }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Holds nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
