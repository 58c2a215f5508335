package com.telluspower.watch

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers

/**
 * Stands for your own backend, which runs elsewhere, knows who is signed in, and alone holds the `client_secret`. Here
 * it is part of the program, so that there is nothing else to start.
 */
class Backend(
    private val platform: String,
    private val id: String,
    private val secret: String,
) : AutoCloseable {
    private val http = HttpClient.newHttpClient()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

    /** Where the app asks for tokens. */
    val url: URI

    init {
        server.createContext("/token", ::answer)
        server.start()
        url = URI("http://127.0.0.1:${server.address.port}/token")
    }

    private fun answer(exchange: HttpExchange) =
        exchange.use {
            // A real one looks first whether this user may have a token.
            val (status, text) = runCatching(::grant).fold({ 200 to it }, { 503 to "the platform does not answer" })
            exchange.sendResponseHeaders(status, 0)
            exchange.responseBody.write(text.toByteArray())
        }

    /** A token of the platform, and how many seconds it is valid, on two lines. */
    private fun grant(): String {
        val body = """{"client_id": "$id", "client_secret": "$secret", "grant_type": "client_credentials"}"""
        val request = HttpRequest.newBuilder(URI("$platform/operator/oauth/token"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
        val reply = http.send(request.build(), BodyHandlers.ofString()).body()
        return listOf(Regex(""""access_token":\s*"([^"]+)"""), Regex(""""expires_in":\s*(\d+)"""))
            .joinToString("\n") { checkNotNull(it.find(reply)).groupValues[1] }
    }

    override fun close() = server.stop(0)
}
