package com.telluspower.tellus

import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/** What a [TellusClient] can tell chargers to do. See [start] for what holds for all commands. */
public sealed interface ChargerCommands {
    /**
     * Starts a charge. The receipt says that the command is queued: follow it with [followCommand], and judge by
     * telemetry whether energy flows.
     *
     * What holds for all commands: arguments are checked before anything is sent, and errors name the one that is
     * wrong. A command is sent once, and never again on doubt: if the answer is lost,
     * [TellusException.OutcomeUnknown] says so, and [TellusClient.device] tells the truth. While a command for a
     * connector is under way, a second one, from a double tap, is refused unsent with [TellusException.Conflict].
     * Cancelling the coroutine does not take back what was sent: the command runs to its answer, which then nobody
     * hears.
     *
     * @param connectorId number of the connector, from 1
     * @param chargePower the most power in kW
     * @param duration how long, in whole seconds
     * @param targetSoc the state of charge at which to stop, in %
     * @param transactionId your own identifier; charging records do not carry it
     */
    public suspend fun start(
        deviceId: String,
        connectorId: Int,
        chargePower: Double? = null,
        duration: Duration? = null,
        targetSoc: Int? = null,
        transactionId: String? = null,
    ): CommandReceipt

    /**
     * Ends a session. See [start] for what holds for all commands.
     *
     * @param connectorId number of the connector, from 1
     * @param reason e.g. `user_request`
     */
    public suspend fun stop(deviceId: String, connectorId: Int, reason: String? = null): CommandReceipt

    /**
     * Starts a discharge (V2G), which needs hardware for it. See [start] for what holds for all commands.
     *
     * @param connectorId number of the connector, from 1
     * @param dischargePower power out of the vehicle in kW; positive
     * @param duration how long, in whole seconds; that seconds are meant is not specified
     * @param minSoc the state of charge below which not to go, in %
     */
    public suspend fun discharge(
        deviceId: String,
        connectorId: Int,
        dischargePower: Double,
        duration: Duration? = null,
        minSoc: Int? = null,
    ): CommandReceipt

    /**
     * Stores a plan on a connector. See [start] for what holds for all commands.
     *
     * @param connectorId number of the connector, from 1
     * @return a receipt, if the platform sends one, which is not specified
     */
    public suspend fun setSchedule(deviceId: String, connectorId: Int, schedule: Schedule): CommandReceipt?

    /**
     * Limits power or pauses charging for a group of chargers. No call ends a measure early. Sent once, and never again
     * on doubt.
     *
     * @param duration how long, in whole seconds
     * @param reason e.g. `grid_overload`
     */
    public suspend fun flexibility(
        target: FlexibilityTarget,
        command: FlexibilityCommand,
        duration: Duration,
        reason: String? = null,
    ): FlexibilityReceipt

    /** What has become of a command. */
    public suspend fun commandStatus(commandId: String): CommandStatus

    /**
     * A command's states, each time it changes, until a final one. Cold: the looks begin when it is collected, and end
     * when the collector leaves; the command itself goes on. [CommandState.Completed] may mean that the charge has
     * ended: [CommandState.Accepted], and telemetry, tell that it runs. Throws [TellusException.Timeout] when the
     * patience is over.
     *
     * @param patience how long to follow it at most
     */
    public fun followCommand(commandId: String, patience: Duration = 60.seconds): Flow<CommandStatus>
}
