package com.telluspower.tellus.readme

// README: stream
import com.telluspower.tellus.Gap
import com.telluspower.tellus.TellusClient
import kotlinx.coroutines.flow.takeWhile

/** Counts readings until there are enough, and tells when which charger was not observed meanwhile. */
suspend fun record(client: TellusClient, devices: List<String>, enough: Int): List<Gap> =
    client.stream(devices).use { stream ->
        var readings = 0
        stream.batches.takeWhile { readings < enough }.collect { batch ->
            batch.gaps.filter { it.isOpen }.forEach { println("${it.deviceId} is not observed: ${it.cause}") }
            readings += batch.frames.sumOf { it.connectors.size }
        }
        stream.gaps()
    }
// END
