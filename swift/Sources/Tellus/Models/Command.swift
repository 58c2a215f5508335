import Foundation

/// How far a command is. Other texts than the named ones arrive as ``other(_:)``.
public enum CommandState: Sendable, Hashable, CustomStringConvertible {
    /// The platform has it; the charger does not yet.
    case queued
    /// The charger has it.
    case accepted
    /// It is done. May mean that the charge has ended, not that it has begun.
    case completed
    /// It could not be done.
    case failed
    /// The charger refuses it.
    case rejected
    /// A text that the schema does not name, as the platform sent it.
    case other(String)

    /// The platform's text.
    public var text: String {
        switch self {
        case .queued: "queued"
        case .accepted: "accepted"
        case .completed: "completed"
        case .failed: "failed"
        case .rejected: "rejected"
        case .other(let text): text
        }
    }

    /// Whether nothing more will happen.
    public var isFinal: Bool {
        switch self {
        case .completed, .failed, .rejected: true
        case .queued, .accepted, .other: false
        }
    }

    /// The same as ``text``.
    public var description: String { text }
}

/// The answer to a command: it is queued, which says nothing yet about the charger.
public struct CommandReceipt: Sendable, Hashable {
    /// The platform's identifier of the command, to follow it by.
    public let commandId: String
    /// How far it is.
    public let status: CommandState

    /// A receipt from its parts, for previews and tests.
    public init(commandId: String, status: CommandState) {
        self.commandId = commandId
        self.status = status
    }
}

/// What has become of a command.
public struct CommandStatus: Sendable, Hashable {
    /// The platform's identifier of the command.
    public let commandId: String
    /// How far it is. ``CommandState/completed`` may mean that the charge has ended, not that it has begun: whether
    /// energy flows, telemetry tells.
    public let status: CommandState
    /// When it was given.
    public let createdAt: Date?
    /// When it last changed.
    public let updatedAt: Date?
    /// What it led to: a JSON text, e.g. `{"energy_delivered":12.3}` in kWh.
    public let result: String?

    /// A status from its parts, for previews and tests.
    public init(
        commandId: String,
        status: CommandState,
        createdAt: Date? = nil,
        updatedAt: Date? = nil,
        result: String? = nil
    ) {
        self.commandId = commandId
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.result = result
    }
}
