package com.telluspower.tellus.readme

// README: commands
import com.telluspower.tellus.CommandState
import com.telluspower.tellus.TellusClient
import kotlinx.coroutines.flow.first
import kotlin.time.Duration.Companion.hours

/** Starts a charge, and waits until the charger has it or refuses it. */
suspend fun charge(client: TellusClient, deviceId: String, connectorId: Int): CommandState {
    val receipt = client.start(deviceId, connectorId, chargePower = 11.0, duration = 2.hours, targetSoc = 80)
    return client.followCommand(receipt.commandId).first { it.status != CommandState.Queued }.status
}
// END
