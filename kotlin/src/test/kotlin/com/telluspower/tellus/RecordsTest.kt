package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Test
import java.time.Duration
import java.time.Instant
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Charging records and energy, and what the client counts meanwhile. */
class RecordsTest : SandboxTest() {
    private val path = "/operator/charging-records"

    @Test
    fun `records come lazily, page by page`() = test {
        sandbox.client().use { client ->
            val records = client.chargingRecords(pageSize = 50)
            assertEquals(0, sandbox.journal("request").size)
            val first = records.take(50).toList()
            assertEquals(1, sandbox.requests(path).size)
            assertTrue(first.all { it.energy > 0 && it.deviceId in sandbox.devices }, "$first")
            val pages = client.chargingRecordPages(pageSize = 50).toList()
            val ids = pages.flatMap { page -> page.items.map { it.recordId } }
            assertEquals(ids.toSet().size, ids.size)
            assertTrue(pages.size > 1 && pages.first().total!! >= ids.size, "${pages.size}")
        }
    }

    @Test
    fun `records of one connector and time`() = test {
        sandbox.client().use { client ->
            val one = client.chargingRecords().first()
            val (start, end) = one.startTime.minusSeconds(1) to one.startTime.plusSeconds(86_400)
            val found = client.chargingRecords(one.deviceId, one.connectorId, start, end).toList()
            assertTrue(one.recordId in found.map { it.recordId }, "$found")
            assertTrue(found.all { it.deviceId == one.deviceId && it.connectorId == one.connectorId }, "$found")
        }
    }

    @Test
    fun `energy by day`() = test {
        sandbox.client().use { client ->
            val end = Instant.now()
            val start = end.minus(Duration.ofDays(7))
            val all = client.energy(Granularity.Day, start, end)
            assertTrue(all.series.isNotEmpty() && all.total!!.chargeEnergy!! > 0, "$all")
            assertEquals("day", all.granularity)
            val site = client.sites().first().siteId
            val one = client.energy(Granularity.Day, start, end, listOf(site))
            assertTrue(one.total!!.chargeEnergy!! < all.total!!.chargeEnergy!!, "$one")
        }
    }

    @Test
    fun `the client counts its calls and what is left`() = test {
        sandbox.client { copy(queryPerMinute = 5) }.use { client ->
            assertEquals(ClientStats(0, 0, 0, 0, 0), client.stats())
            assertEquals(5, client.quotaLeft())
            client.device(sandbox.devices.first())
            assertEquals(4, client.quotaLeft(QuotaClass.Query))
            assertEquals(30 to 9, client.quotaLeft(QuotaClass.Control) to client.quotaLeft(QuotaClass.Token))
            sandbox.inject("""{"kind": "html", "status": 502, "path": "/operator/devices"}""")
            client.device(sandbox.devices.first())
            val stats = client.stats()
            assertEquals(listOf(3L, 1L, 0L, 1L), stats.run { listOf(requests, retries, failures, tokenRefreshes) })
        }
    }

    @Test
    fun `one token that nobody renews`() = test {
        sandbox.client(Credentials.Token(sandbox.issueToken())).use { client ->
            client.device(sandbox.devices.first())
        }
        assertEquals(1, sandbox.journal("token_issued").size)
    }
}
