package com.telluspower.tellus

import kotlinx.coroutines.flow.Flow
import kotlin.time.Duration
import com.telluspower.tellus.ffi.DischargeRequest
import com.telluspower.tellus.ffi.FlexibilityRequest
import com.telluspower.tellus.ffi.StartRequest
import com.telluspower.tellus.ffi.StopRequest
import com.telluspower.tellus.ffi.TellusClient as NativeClient

/** The commands, as the native side takes them. */
internal class CommandCalls(
    private val core: NativeClient,
) : ChargerCommands {
    override suspend fun start(
        deviceId: String,
        connectorId: Int,
        chargePower: Double?,
        duration: Duration?,
        targetSoc: Int?,
        transactionId: String?,
    ): CommandReceipt =
        awaitNative {
            val request =
                StartRequest(
                    chargePower,
                    duration?.toNative("duration"),
                    targetSoc?.toPercent("target_soc"),
                    transactionId,
                )
            core.start(deviceId, connectorId.toNative("connector_id"), request).toPublic()
        }

    override suspend fun stop(deviceId: String, connectorId: Int, reason: String?): CommandReceipt =
        awaitNative { core.stop(deviceId, connectorId.toNative("connector_id"), StopRequest(reason)).toPublic() }

    override suspend fun discharge(
        deviceId: String,
        connectorId: Int,
        dischargePower: Double,
        duration: Duration?,
        minSoc: Int?,
    ): CommandReceipt =
        awaitNative {
            val request =
                DischargeRequest(dischargePower, duration?.toNative("duration"), minSoc?.toPercent("min_soc"))
            core.discharge(deviceId, connectorId.toNative("connector_id"), request).toPublic()
        }

    override suspend fun setSchedule(deviceId: String, connectorId: Int, schedule: Schedule): CommandReceipt? =
        awaitNative {
            core.setSchedule(deviceId, connectorId.toNative("connector_id"), schedule.toNative())?.toPublic()
        }

    override suspend fun flexibility(
        target: FlexibilityTarget,
        command: FlexibilityCommand,
        duration: Duration,
        reason: String?,
    ): FlexibilityReceipt =
        awaitNative {
            val request =
                FlexibilityRequest(target.toNative(), command.toNative(), duration.toNative("duration"), reason)
            core.flexibility(request).toPublic()
        }

    override suspend fun commandStatus(commandId: String): CommandStatus =
        awaitNative { core.commandStatus(commandId).toPublic() }

    override fun followCommand(commandId: String, patience: Duration): Flow<CommandStatus> =
        drain({ core.followCommand(commandId, patience.toNative("patience")) }) { nextStatus()?.toPublic() }
}
