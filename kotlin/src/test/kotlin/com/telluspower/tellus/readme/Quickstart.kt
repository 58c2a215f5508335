package com.telluspower.tellus.readme

// README: quickstart
import com.telluspower.tellus.TellusClient
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.runBlocking

fun main() = runBlocking {
    TellusClient.fromEnvironment().use { client ->
        client.sites().collect { site -> println("${site.name}: ${site.powerCapacity} kW installed") }

        val device = client.device(client.knownDevices().first().deviceId)
        println("${device.model} is ${device.status?.text}")

        client.telemetry(listOf(device.deviceId)).take(3).collect { frame ->
            for (reading in frame.connectors) {
                println("${frame.timestamp} #${reading.connectorId}: ${reading.state?.text}, ${reading.power} kW")
            }
        }
    }
}
// END
