package com.telluspower.tellus

import com.telluspower.tellus.ffi.InternalException
import com.telluspower.tellus.ffi.provokePanic
import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import com.telluspower.tellus.support.parseJsonObject
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Test
import java.time.DateTimeException
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertSame
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Each kind of failure has its class, and reads well. */
class ErrorsTest : SandboxTest() {
    private suspend fun device(change: TellusConfig.() -> TellusConfig = { copy(maxAttempts = 1) }) =
        sandbox.client(change = change).use { it.device(sandbox.devices.first()) }

    private fun onDevice(fault: String) = sandbox.inject("""{"path": "/operator/devices", $fault}""")

    @Test
    fun `a wrong secret`() = test {
        val error = failure<TellusException.Authentication> {
            sandbox.client(Credentials.ClientSecret(sandbox.clientId, "wrong")).use { it.authenticate() }
        }
        assertEquals(2001L to 401, error.code to error.httpStatus)
        assertFalse(error.retryable)
        assertTrue(Regex("""Authentication: .+ \(code 2001, HTTP 401, request [^)]+\)""").matches("$error"), "$error")
    }

    @Test
    fun `missing rights`() = test {
        onDevice(""""kind": "error", "status": 403, "code": 2003, "details": {"scope": "write"}""")
        val error = failure<TellusException.PermissionDenied> { device() }
        assertEquals(2003L to 403, error.code to error.httpStatus)
        assertEquals(mapOf<String, Any?>("scope" to "write"), parseJsonObject(error.details))
        assertTrue("$error".startsWith("PermissionDenied: "), "$error")
    }

    @Test
    fun `a wrong id`() = test {
        val error = failure<TellusException.NotFound> { sandbox.client().use { it.device("dvc_nowhere") } }
        assertEquals(404, error.httpStatus)
        assertEquals(1, error.attempts)
        assertEquals(sandbox.requests("/operator/devices/dvc_nowhere").single()["request_id"], error.requestId)
        assertTrue(Regex("""NotFound: .+ \(code \d+, HTTP 404, request .+\)""").matches("$error"), "$error")
    }

    @Test
    fun `plain http to a public host`() {
        val error = failure<TellusException.InvalidRequest> {
            sandbox.client { copy(baseUrl = "http://example.com/v1") }
        }
        assertEquals(mapOf<String, Any?>("field" to "base_url"), parseJsonObject(error.details))
        assertEquals(0, error.attempts)
        assertContains("$error", "InvalidRequest: base_url: plain http:// would send credentials unencrypted")
    }

    @Test
    fun `settings that cannot work`() = test {
        for ((field, change) in mapOf<String, TellusConfig.() -> TellusConfig>(
            "requestTimeout" to { copy(requestTimeout = (-1).seconds) },
            "backoffBase" to { copy(backoffBase = kotlin.time.Duration.INFINITE) },
            "maxAttempts" to { copy(maxAttempts = -1) },
            "retry.max_attempts" to { copy(maxAttempts = 0) },
            "quota.control_per_minute" to { copy(controlPerMinute = 0) },
            "stream.silence" to { copy(pingInterval = 5.seconds, silence = 5.seconds) },
            "stream.staleness" to { copy(staleFactor = 1) },
            "stream.first_attempts" to { copy(firstAttempts = 0) },
            "stream.max_devices_per_connection" to { copy(maxDevicesPerConnection = 0) },
            "stream.resync_interval" to { copy(resyncInterval = 0.seconds) },
            "spki_pins" to { copy(spkiPins = listOf("nonsense")) },
            "proxy" to { copy(proxy = ProxySetting.Url("ftp://x")) },
            "retryAfterJitter" to { copy(retryAfterJitter = (-1).seconds) },
            "base_url" to { copy(baseUrl = "example") },
            "readTimeout" to { copy(readTimeout = (-1).seconds) },
            "read_timeout" to { copy(readTimeout = 0.seconds) },
            "dial.dns" to { copy(dnsTimeout = 0.seconds) },
            "dial.tcp" to { copy(tcpTimeout = 0.seconds) },
            "dial.tls" to { copy(tlsTimeout = 0.seconds) },
            "dial.upgrade" to { copy(upgradeTimeout = 0.seconds) },
            "stream.max_url_bytes" to { copy(maxUrlBytes = 0) },
            "gapsKept" to { copy(gapsKept = -1) },
            "partition" to { copy(partition = Partition(-1, 2)) },
            "stream.partition" to { copy(partition = Partition(2, 2)) },
        )) {
            val error = failure<TellusException.InvalidRequest> { sandbox.client(change = change) }
            assertEquals(field, parseJsonObject(error.details)["field"])
        }
        failure<TellusException.InvalidRequest> { sandbox.client().use { it.sites(pageSize = 101).first() } }
        failure<TellusException.InvalidRequest> { sandbox.client().use { it.sites(pageSize = -1).first() } }
        failure<TellusException.InvalidRequest> { sandbox.client().use { it.telemetry(emptyList()).first() } }
        failure<TellusException.InvalidRequest> { sandbox.client().use { it.request("POST", "/x", bodyJson = "{") } }
    }

    @Test
    fun `a state that does not allow the call`() = test {
        onDevice(""""kind": "error", "status": 409, "code": 4001, "message": "connector is busy"""")
        val error = failure<TellusException.Conflict> { device() }
        assertEquals(409, error.httpStatus)
        assertTrue("$error".startsWith("Conflict: ") && "connector is busy" in "$error", "$error")
    }

    @Test
    fun `a request limit`() = test {
        onDevice(""""kind": "error", "status": 429, "code": 5001, "retry_after_seconds": 120""")
        val error = failure<TellusException.RateLimited> { device() }
        assertEquals(120.seconds, error.retryAfter)
        assertTrue(error.retryable)
        assertContains("$error", "HTTP 429, retry after 120 s")
    }

    @Test
    fun `a proxy's page`() = test {
        onDevice(""""kind": "html", "status": 502, "times": 3""")
        val error = failure<TellusException.Server> { device { copy(maxAttempts = 3) } }
        assertEquals(Triple(502, 3, true), Triple(error.httpStatus, error.attempts, error.retryable))
        assertNull(error.code)
        assertTrue("$error".startsWith("Server: ") && "3 attempts" in "$error" && '\n' !in "$error", "$error")
    }

    @Test
    fun `a passing failure is not seen`() = test {
        onDevice(""""kind": "html", "status": 502""")
        assertEquals(sandbox.devices.first(), device { this }.deviceId)
    }

    @Test
    fun `nobody listens`() = test {
        val error = failure<TellusException.Connection> {
            sandbox.client { copy(baseUrl = "https://127.0.0.1:9/v1", maxAttempts = 2) }.use { it.authenticate() }
        }
        assertNull(error.httpStatus)
        assertTrue("$error".startsWith("Connection: ") && "127.0.0.1" in "$error", "$error")
    }

    @Test
    fun `a host that does not exist`() = test {
        val error = failure<TellusException.Connection> {
            sandbox.client { copy(baseUrl = "https://tellus.invalid", maxAttempts = 1) }.use { it.authenticate() }
        }
        assertTrue("$error".startsWith("Connection: ") && "tellus.invalid" in "$error", "$error")
    }

    @Test
    fun `a body that is cut short`() = test {
        onDevice(""""kind": "truncated"""")
        val error = failure<TellusException.Connection> { device() }
        assertTrue("$error".startsWith("Connection: "), "$error")
    }

    @Test
    fun `an answer that comes too late`() = test {
        onDevice(""""kind": "slow", "delay_ms": 3000""")
        val error = failure<TellusException.Timeout> {
            device { copy(maxAttempts = 1, requestTimeout = 200.milliseconds) }
        }
        assertTrue("$error".startsWith("Timeout: ") && error.retryable, "$error")
    }

    @Test
    fun `an answer that is no JSON`() = test {
        onDevice(""""kind": "not_json"""")
        val error = failure<TellusException.Decode> { device() }
        assertTrue("$error".startsWith("Decode: "), "$error")
    }

    @Test
    fun `a command without an answer is not sent again`() = test {
        sandbox.inject("""{"kind": "drop", "path": "/operator/devices"}""")
        val path = "/operator/devices/${sandbox.devices.first()}/start"
        val error = failure<TellusException.OutcomeUnknown> {
            sandbox.client().use { it.request("POST", path, bodyJson = """{"connector_id": 1}""") }
        }
        assertFalse(error.retryable)
        assertContains("$error", "OutcomeUnknown: the command was sent and it is not known whether it was carried out")
        assertEquals(1, sandbox.requests(path).size)
    }

    @Test
    fun `a closed client`() = test {
        val client = sandbox.client().apply { close() }
        val error = failure<TellusException.Closed> { client.authenticate() }
        assertEquals("Closed: the client is closed; open a new one", "$error")
    }

    @Test
    fun `a panic on the native side`() {
        for (bug in listOf(InternalException("index out of bounds"), DateTimeException("too late"))) {
            val error = assertIs<TellusException.Closed>(bug.toTellusException())
            assertSame(bug, error.cause)
            assertEquals("Closed: a bug in the SDK stopped this call; please report it", "$error")
        }
    }

    @Test
    fun `a panic in a call and in a task of the SDK`() = test {
        for (inTask in listOf(false, true)) {
            val error = failure<TellusException.Closed> { awaitNative { provokePanic(inTask) } }
            assertEquals("Closed: a bug in the SDK stopped this call; please report it", "$error")
        }
        // Others go on.
        sandbox.client().use { it.device(sandbox.devices.first()) }
    }

    @Test
    fun `a cancellation stays one`() {
        val cancelled = CancellationException("enough")
        assertSame(cancelled, cancelled.toTellusException())
    }

    @Test
    fun `an unknown state is kept as text`() = test {
        sandbox.inject("""{"kind": "unknown_state", "state": "preparing", "times": null}""")
        sandbox.client().use { client ->
            val device = client.device(sandbox.devices.first())
            assertTrue(device.connectors.all { it.status == ConnectorState.of("preparing") }, "$device")
            val state = client.telemetry(listOf(device.deviceId)).first().connectors.first().state
            assertEquals("preparing", assertIs<ConnectorState.Other>(state).text)
        }
    }
}
