package com.telluspower.watch

import com.telluspower.tellus.AccessToken
import com.telluspower.tellus.Credentials
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusConfig
import com.telluspower.tellus.TellusException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlin.concurrent.thread
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.seconds

/**
 * Watches one charger until Ctrl-C, or until so many frames have come: `[CHARGER] [FRAMES]`. `TELLUS_BASE_URL`,
 * `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET` say which platform, and `TELLUS_CA_FILE` whose certificate to trust.
 */
fun main(args: Array<String>) {
    val config = TellusConfig.fromEnvironment()
    val platform = config.baseUrl.removeSuffix("/").removeSuffix("/v1") + "/v1"
    val failed = Backend(platform, environment("TELLUS_CLIENT_ID"), environment("TELLUS_CLIENT_SECRET")).use { backend ->
        // From here on, only what an app has: its backend's address, and no secret.
        TellusClient(config, Credentials.TokenProvider { askForToken(backend.url) }).use { client ->
            run(client, args.find { !it.isNumber() }, args.find { it.isNumber() }?.toInt() ?: Int.MAX_VALUE)
        }
    }
    if (failed) exitProcess(1)
}

private fun String.isNumber() = toIntOrNull() != null

private fun environment(name: String) = System.getenv(name) ?: error("$name is not set")

/** Runs until there are enough frames, Ctrl-C, or a failure that trying again cannot help. Returns whether it failed. */
private fun run(client: TellusClient, device: String?, frames: Int): Boolean {
    var failed = false
    runBlocking {
        val watching = launch(Dispatchers.Default) {
            try {
                watch(client, device, frames)
            } catch (error: TellusException) {
                System.err.println(error)
                failed = true
            }
        }
        val onInterrupt = thread(start = false) {
            runBlocking { watching.cancelAndJoin() }
            println("stopped")
        }
        Runtime.getRuntime().addShutdownHook(onInterrupt)
        watching.join()
        // It throws where the hook is already running, which then ends the program.
        runCatching { Runtime.getRuntime().removeShutdownHook(onInterrupt) }
    }
    return failed
}

private suspend fun watch(client: TellusClient, wanted: String?, frames: Int) {
    println("Sites")
    client.sites().collect { println(line(it)) }
    val id = wanted ?: client.knownDevices().first().deviceId
    println(line(client.device(id)))
    var left = frames
    client.telemetryBatches(listOf(id)).takeWhile { left > 0 }.collect { batch ->
        batch.events.forEach { println(line(it.at, it.status)) }
        lines(batch.gaps).forEach(::println)
        batch.frames.take(left).forEach { frame -> lines(frame).forEach(::println) }
        left -= batch.frames.size
    }
}

/** What your app does to reach its backend. */
private suspend fun askForToken(backend: URI): AccessToken =
    withContext(Dispatchers.IO) {
        val request = HttpRequest.newBuilder(backend).POST(HttpRequest.BodyPublishers.noBody()).build()
        val reply = HttpClient.newHttpClient().send(request, BodyHandlers.ofString())
        if (reply.statusCode() != 200) throw IOException(reply.body())
        val (token, seconds) = reply.body().lines()
        AccessToken(token, seconds.toInt().seconds)
    }
