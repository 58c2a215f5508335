internal import TellusBindings

/// The states of a command, from ``TellusClient/followCommand(_:patience:)``. Each iteration starts anew, its patience
/// included. Leaving the loop, or cancelling its task, ends the following, not the command.
///
/// Throws ``TellusError``, or `CancellationError` if the task is cancelled.
public struct CommandStatusSequence: AsyncSequence, Sendable {
    /// A state of the command.
    public typealias Element = CommandStatus

    let client: TellusClient
    let commandId: String
    let patience: Duration

    /// Goes from state to state.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: CommandStatusSequence
        var opened: TellusBindings.FollowedCommand?

        /// The next state that differs from the last one; waits for it. `nil` after a final one.
        public mutating func next() async throws -> CommandStatus? {
            let followed = try opened ?? sequence.open()
            opened = followed
            return try await awaited { try await followed.nextStatus(cancel: $0).map(CommandStatus.init) }
        }
    }

    /// An iterator that looks for the first time when it is asked for its first state.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(sequence: self)
    }

    private func open() throws(TellusError) -> TellusBindings.FollowedCommand {
        try translated {
            try client.native.followCommand(commandId: commandId, patience: patience.nativeSeconds)
        }
    }
}
