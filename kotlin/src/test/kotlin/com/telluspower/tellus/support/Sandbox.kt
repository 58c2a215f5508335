package com.telluspower.tellus.support

import com.telluspower.tellus.Credentials
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusConfig
import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeout
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import java.time.Instant
import java.util.concurrent.TimeUnit
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** A sandbox in a process of its own. Frames come every 50 ms unless [flags] say otherwise, and there are no request limits. */
class Sandbox(private vararg val flags: String) : AutoCloseable {
    private var process = start("0")
    private var info = announced()

    val baseUrl get() = info["base_url"] as String
    val clientId get() = info["client_id"] as String
    val clientSecret get() = info["client_secret"] as String
    val caFile get() = (info["ca_file"] as String?)?.let(::File)

    @Suppress("UNCHECKED_CAST")
    val devices get() = info["devices"] as List<String>

    /** Chargers that can take energy out of vehicles. */
    val givers: List<String>
        get() {
            val chargers = parseJsonObject(control("GET", "fleet"))["devices"] as List<*>
            return chargers.map { it as Map<*, *> }.filter { it["v2g"] == true }.map { it["device_id"] as String }
        }

    /** The frames that were sent on all streams, as pairs of charger and time. It must run with `--record-frames`. */
    fun sentFrames(): List<Pair<String, Instant>> {
        val streams = parseJsonObject(control("GET", "frames"))["streams"] as List<*>
        return streams.flatMap { stream -> (stream as Map<*, *>)["frames"] as List<*> }
            .map { frame -> (frame as List<*>).let { it[0] as String to Instant.parse(it[1] as String) } }
    }

    val credentials get() = Credentials.ClientSecret(clientId, clientSecret)

    /** Settings with waits that tests can afford. */
    val config get() = TellusConfig(baseUrl, backoffBase = 20.milliseconds)

    fun client(
        credentials: Credentials = this.credentials,
        change: TellusConfig.() -> TellusConfig = { this },
    ) = TellusClient(config.change(), credentials)

    /** Makes something go wrong, on the next occasion unless the fields say otherwise. */
    fun inject(fault: String) {
        control("POST", "faults", fault)
    }

    fun clearFaults() {
        control("DELETE", "faults")
    }

    /** The journal's entries of one kind, oldest first. */
    fun journal(event: String): List<Map<String, Any?>> {
        @Suppress("UNCHECKED_CAST")
        val entries = parseJsonObject(control("GET", "journal"))["entries"] as List<Map<String, Any?>>
        return entries.filter { it["event"] == event }
    }

    /** The requests of one path so far. */
    fun requests(path: String) = journal("request").filter { it["path"] == "/v1$path" }

    fun clearJournal() {
        control("DELETE", "journal")
    }

    /** Waits until the journal has an entry of this kind that fits. */
    suspend fun awaitJournal(event: String, fits: (Map<String, Any?>) -> Boolean = { true }) =
        withTimeout(2.seconds) {
            while (journal(event).none(fits)) delay(20.milliseconds)
        }

    /** A token, as an app's backend would get it. */
    fun issueToken(): String {
        val body =
            """{"client_id": "$clientId", "client_secret": "$clientSecret", "grant_type": "client_credentials"}"""
        return parseJsonObject(send("POST", "$baseUrl/operator/oauth/token", body))["access_token"] as String
    }

    /** Ends the process, and starts one on the same port after [pause]. */
    fun restart(pause: Duration) {
        val port = URI(baseUrl).port.toString()
        stop()
        Thread.sleep(pause.inWholeMilliseconds)
        process = start(port)
        info = announced()
    }

    override fun close() = stop()

    private fun start(port: String): Process {
        val program =
            checkNotNull(System.getenv("TELLUS_SANDBOX_BIN")) { "TELLUS_SANDBOX_BIN must hold the path of the sandbox" }
        val limits = listOf("query", "control", "token").flatMap { listOf("--$it-per-minute", "0") }
        val always = listOf("--json", "--exit-with-stdin", "--port", port)
        val cadence = if ("--cadence-ms" in flags) emptyList() else listOf("--cadence-ms", "50")
        return ProcessBuilder(listOf(program) + always + cadence + limits + flags)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
    }

    private fun announced() =
        parseJsonObject(checkNotNull(process.inputReader().readLine()) { "the sandbox did not start" })

    private fun stop() {
        process.outputStream.close()
        if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly().waitFor()
    }

    private fun control(method: String, what: String, body: String? = null) =
        send(method, "${baseUrl.removeSuffix("/v1")}/_sandbox/$what", body)

    private fun send(method: String, url: String, body: String?): String {
        val publisher = body?.let(BodyPublishers::ofString) ?: BodyPublishers.noBody()
        val request = HttpRequest.newBuilder(URI(url))
            .header("Content-Type", "application/json")
            .method(method, publisher)
        val reply = http.send(request.build(), BodyHandlers.ofString())
        check(reply.statusCode() in 200..299) { "$url: ${reply.statusCode()} ${reply.body()}" }
        return reply.body()
    }

    private companion object {
        val http: HttpClient = HttpClient.newHttpClient()
    }
}
