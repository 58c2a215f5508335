package com.telluspower.tellus.bench

import com.fasterxml.jackson.annotation.JsonCreator
import com.fasterxml.jackson.annotation.JsonProperty
import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule
import java.net.URI
import java.net.http.HttpClient
import java.net.http.WebSocket
import java.time.Instant
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage

/** What the JDK has, and Jackson: adds up in the callback, which is less than a `Flow` would take. */
fun main(args: Array<String>) = measure(Job(args[1], args[2]), ::read)

private class JacksonFrame @JsonCreator constructor(
    @param:JsonProperty("device_id") val deviceId: String,
    @param:JsonProperty("timestamp") val timestamp: Instant,
    @param:JsonProperty("connectors") val connectors: List<JacksonReading>,
)

private class JacksonReading @JsonCreator constructor(
    @param:JsonProperty("connector_id") val connectorId: Int?,
    @param:JsonProperty("state") val state: String?,
    @param:JsonProperty("power") val power: Double?,
    @param:JsonProperty("energy_delivered") val energyDelivered: Double?,
    @param:JsonProperty("soc") val soc: Double?,
)

private val reader = JsonMapper.builder().addModule(JavaTimeModule()).build().readerFor(JacksonFrame::class.java)

private class JacksonListener(private val expected: Int) : WebSocket.Listener {
    val sums = Sums()
    val done = CompletableFuture<Unit>()
    private val parts = StringBuilder()

    override fun onText(socket: WebSocket, data: CharSequence, last: Boolean): CompletionStage<*>? {
        parts.append(data)
        if (last) {
            add(reader.readValue(parts.toString()))
            parts.setLength(0)
        }
        socket.request(1)
        return null
    }

    override fun onError(socket: WebSocket, error: Throwable) {
        done.completeExceptionally(error)
    }

    private fun add(frame: JacksonFrame) {
        sums.frame(frame.deviceId, frame.timestamp)
        for (each in frame.connectors) {
            sums.reading(each.connectorId, each.state, each.power, each.energyDelivered, each.soc)
        }
        if (sums.frames == expected) done.complete(Unit)
    }
}

private fun read(job: Job): Pair<Sums, Double> {
    val listener = JacksonListener(job.frames)
    val opening = HttpClient.newHttpClient().newWebSocketBuilder().header("Authorization", "Bearer t")
        .buildAsync(URI(job.webSocket), listener)
    val socket = opening.join()
    val since = cpu()
    listener.done.join()
    socket.abort()
    return listener.sums to since
}
