package com.telluspower.tellus.bench

import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.descriptors.PrimitiveKind
import kotlinx.serialization.descriptors.PrimitiveSerialDescriptor
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.encoding.Encoder
import kotlinx.serialization.json.Json
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import okhttp3.WebSocket
import okhttp3.WebSocketListener
import java.time.Instant
import java.util.concurrent.CompletableFuture

/** What an app would be written with: adds up in the callback, which is less than a `Flow` would take. */
fun main(args: Array<String>) = measure(Job(args[1], args[2]), ::read)

@Serializable
private class OkHttpFrame(
    @SerialName("device_id") val deviceId: String,
    @Serializable(with = Moment::class) val timestamp: Instant,
    val connectors: List<OkHttpReading>,
)

@Serializable
private class OkHttpReading(
    @SerialName("connector_id") val connectorId: Int? = null,
    val state: String? = null,
    val power: Double? = null,
    @SerialName("energy_delivered") val energyDelivered: Double? = null,
    val soc: Double? = null,
)

private object Moment : KSerializer<Instant> {
    override val descriptor = PrimitiveSerialDescriptor("Moment", PrimitiveKind.STRING)

    override fun deserialize(decoder: Decoder): Instant = Instant.parse(decoder.decodeString())

    override fun serialize(encoder: Encoder, value: Instant) = encoder.encodeString("$value")
}

private class OkHttpListener(private val expected: Int) : WebSocketListener() {
    val sums = Sums()
    val open = CompletableFuture<Unit>()
    val done = CompletableFuture<Unit>()

    override fun onOpen(webSocket: WebSocket, response: Response) {
        open.complete(Unit)
    }

    override fun onMessage(webSocket: WebSocket, text: String) {
        val frame = Json.decodeFromString<OkHttpFrame>(text)
        sums.frame(frame.deviceId, frame.timestamp)
        for (each in frame.connectors) {
            sums.reading(each.connectorId, each.state, each.power, each.energyDelivered, each.soc)
        }
        if (sums.frames == expected) done.complete(Unit)
    }

    override fun onFailure(webSocket: WebSocket, t: Throwable, response: Response?) {
        open.completeExceptionally(t)
        done.completeExceptionally(t)
    }
}

private val http = OkHttpClient()

private fun read(job: Job): Pair<Sums, Double> {
    val listener = OkHttpListener(job.frames)
    val request = Request.Builder().url(job.webSocket).header("Authorization", "Bearer t").build()
    val socket = http.newWebSocket(request, listener)
    listener.open.join()
    val since = cpu()
    listener.done.join()
    socket.cancel()
    return listener.sums to since
}
