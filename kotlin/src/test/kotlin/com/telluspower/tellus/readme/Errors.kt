package com.telluspower.tellus.readme

// README: errors
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusException

suspend fun describe(client: TellusClient, deviceId: String): String =
    try {
        client.device(deviceId).connectors.joinToString { "${it.connectorId}: ${it.status.text}" }
    } catch (error: TellusException.NotFound) {
        "no such charger, or another operator's"
    } catch (error: TellusException) {
        if (error.retryable) "try again in ${error.retryAfter ?: "a while"}" else "$error"
    }
// END
