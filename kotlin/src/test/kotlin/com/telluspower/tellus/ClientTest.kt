package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import com.telluspower.tellus.support.parseJsonObject
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.measureTime

class ClientTest : SandboxTest() {
    @Test
    fun `the four steps`() = test {
        sandbox.client().use { client ->
            client.authenticate()
            val site = client.sites().first()
            assertTrue(site.name.isNotBlank() && site.powerCapacity!! > 0, "$site")
            val device = client.device(sandbox.devices.first())
            assertEquals(sandbox.devices.first(), device.deviceId)
            assertTrue(device.connectors.isNotEmpty() && device.lastHeartbeat != null, "$device")
            val frame = client.telemetry(listOf(device.deviceId)).first()
            assertEquals(device.deviceId, frame.deviceId)
            assertEquals(device.connectors.map { it.connectorId }, frame.connectors.map { it.connectorId })
        }
    }

    @Test
    fun `pages are fetched when they are wanted`() = test {
        sandbox.client().use { client ->
            val sites = client.sites(pageSize = 1)
            assertEquals(0, sandbox.requests("/operator/sites").size)
            sites.take(1).toList()
            assertEquals(1, sandbox.requests("/operator/sites").size)
            assertEquals(3, sites.count())
            assertEquals(4, sandbox.requests("/operator/sites").size)
            val page = client.sitePages(pageSize = 2).first()
            assertEquals(2 to 3L, page.items.size to page.total)
        }
    }

    @Test
    fun `leaving between two pages fetches no more`() = test {
        sandbox.client().use { client ->
            val second = """{"kind": "slow", "delay_ms": 3000, "path": "/operator/sites", "skip": 1}"""
            sandbox.inject(second)
            val seen = mutableListOf<Site>()
            val collector = launch { client.sites(pageSize = 1).collect(seen::add) }
            while (seen.isEmpty()) delay(5.milliseconds)
            val took = measureTime { collector.cancelAndJoin() }
            assertTrue(took < 1.seconds, "$took")
            assertEquals(1, seen.size)
            sandbox.clearFaults()
            // The same client goes on, from the start.
            assertEquals(3, client.sites(pageSize = 1).count())
            val pages = sandbox.requests("/operator/sites")
            assertTrue(pages.size in 4..5, "$pages")
        }
    }

    @Test
    fun `sites of one status`() = test {
        sandbox.client().use { client ->
            val all = client.sites().toList()
            val byStatus = SiteStatus.entries.flatMap { client.sites(it).toList() }
            assertEquals(all.map { it.siteId }.sorted(), byStatus.map { it.siteId }.sorted())
            val queries = sandbox.requests("/operator/sites").map { it["query"] as String }
            assertTrue(queries.any { "status=active" in it } && queries.any { "status=inactive" in it }, "$queries")
        }
    }

    @Test
    fun `known devices are those of the settings and of the records`() = test {
        sandbox.client { copy(devices = listOf("dvc_mine")) }.use { client ->
            val known = client.knownDevices()
            assertTrue(KnownDevice("dvc_mine", DeviceSource.Configured) in known, "$known")
            val recorded = known.filter { it.source == DeviceSource.ChargingRecords }
            assertTrue(recorded.isNotEmpty() && recorded.all { it.deviceId in sandbox.devices }, "$known")
        }
    }

    @Test
    fun `any call by hand`() = test {
        sandbox.client().use { client ->
            val answer = parseJsonObject(client.request("GET", "/operator/sites", mapOf("size" to "1")))
            assertEquals(1, (answer["items"] as List<*>).size)
        }
    }

    @Test
    fun `fifty calls at once make one token request`() = test {
        sandbox.client().use { client ->
            List(50) { async { client.device(sandbox.devices.first()) } }.awaitAll()
        }
        assertEquals(1, sandbox.journal("token_issued").size)
        assertEquals(1, sandbox.requests("/operator/oauth/token").size)
    }

    @Test
    fun `an expired token is renewed once and the call replayed`() = test {
        sandbox.client().use { client ->
            client.authenticate()
            sandbox.inject("""{"kind": "expire_tokens"}""")
            client.device(sandbox.devices.first())
        }
        assertEquals(2, sandbox.journal("token_issued").size)
        val calls = sandbox.requests("/operator/devices/${sandbox.devices.first()}")
        assertEquals(listOf(401.0, 200.0), calls.map { it["status"] })
    }

    @Test
    fun `two clients in one process`() = test {
        val first = sandbox.client { copy(userAgentSuffix = "first/1") }
        val second = sandbox.client { copy(userAgentSuffix = "second/1") }
        first.authenticate()
        second.authenticate()
        first.close()
        failure<TellusException.Closed> { first.device(sandbox.devices.first()) }
        second.use { it.device(sandbox.devices.first()) }
        val (one, other) = sandbox.journal("token_issued").map { it["token"] }
        assertNotEquals(one, other)
        val agents = sandbox.journal("request").map { (it["user_agent"] as String).substringAfter(' ') }
        assertEquals(setOf("first/1", "second/1"), agents.toSet())
    }

    @Test
    fun `closing twice does no harm and everything after it is refused`() = test {
        val client = sandbox.client()
        val deaf = object : TelemetryListener {
            override fun onBatch(frames: List<TelemetryFrame>) = Unit
        }
        client.authenticate()
        client.close()
        client.close()
        for (call in listOf<suspend () -> Any?>(
            { client.authenticate() },
            { client.device("x") },
            { client.knownDevices() },
            { client.request("GET", "/operator/sites") },
            { client.sites().first() },
            { client.telemetry(sandbox.devices).first() },
            { client.subscribe(sandbox.devices, deaf) },
        )) {
            val error = failure<TellusException.Closed> { call() }
            assertEquals("Closed: the client is closed; open a new one", error.toString())
        }
    }

    @Test
    fun `closing ends calls that are under way`() = test {
        sandbox.inject("""{"kind": "slow", "delay_ms": 5000, "path": "/operator/devices"}""")
        val client = sandbox.client()
        val call = async { runCatching { client.device(sandbox.devices.first()) } }
        sandbox.awaitJournal("token_issued")
        client.close()
        failure<TellusException.Closed> { call.await().getOrThrow() }
    }
}
