package com.telluspower.tellus

import com.telluspower.tellus.support.SandboxTest
import com.telluspower.tellus.support.failure
import com.telluspower.tellus.support.parseJsonObject
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.junit.jupiter.api.Test
import java.time.DayOfWeek
import java.time.Instant
import java.time.LocalTime
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

/** Commands: sent once, followed to their end, and never sent again on doubt. */
class CommandsTest : SandboxTest("--speed", "60", "--history-days", "1", "--no-arrivals") {
    private val plan = Schedule(
        scheduleId = "night",
        kind = ScheduleKind.Weekly,
        timeSlots = listOf(
            TimeSlot(
                start = LocalTime.of(22, 0),
                end = LocalTime.of(8, 30),
                action = ScheduleAction.Charge,
                dayOfWeek = listOf(DayOfWeek.MONDAY, DayOfWeek.SUNDAY),
                powerLimit = 11.0,
            ),
        ),
        targetSoc = 80,
        timezone = "Europe/London",
    )

    private fun client() = sandbox.client { copy(queryPerMinute = 10_000, controlPerMinute = 10_000) }

    private val used = mutableSetOf<Pair<String, Int>>()

    /** A connector on which nothing goes on and that no other test has, as the id of its charger and its number. */
    private suspend fun idle(client: TellusClient): Pair<String, Int> =
        (sandbox.devices - sandbox.givers).firstNotNullOf { id ->
            val device = client.device(id)
            val idle = device.connectors.filter { it.status == ConnectorState.Idle }.map { id to it.connectorId }
            if (device.status == DeviceStatus.Online) idle.find(used::add) else null
        }.also { sandbox.clearJournal() }

    /** A connector that can take energy out of a vehicle, which only some models can, freed if it is in use. */
    private suspend fun giver(client: TellusClient): Pair<String, Int> {
        val usable = setOf(ConnectorState.Idle, ConnectorState.Charging, ConnectorState.Discharging)
        val (device, connector) = sandbox.givers.firstNotNullOf { id ->
            client.device(id).connectors.find { it.status in usable }?.let { id to it }
        }
        if (connector.status != ConnectorState.Idle) {
            client.followCommand(client.stop(device, connector.connectorId).commandId).collect {}
        }
        sandbox.clearJournal()
        return device to connector.connectorId
    }

    private fun posts() =
        sandbox.journal("request").filter { it["method"] == "POST" && "/oauth/" !in it["path"] as String }

    @Test
    fun `a charge from start to stop`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            val receipt = client.start(device, connector, 7.4, 30.minutes, 90, "order-1")
            assertEquals(CommandState.Queued, receipt.status)
            val sent = posts().single()
            assertEquals("/v1/operator/devices/$device/connectors/$connector/start", sent["path"])
            val body = mapOf<String, Any?>(
                "charge_power" to 7.4, "duration" to 1800.0, "target_soc" to 90.0, "transaction_id" to "order-1",
            )
            assertEquals(body, sent["body"])
            client.followCommand(receipt.commandId).first { it.status != CommandState.Queued }

            val stop = client.stop(device, connector, "user_request")
            val states = client.followCommand(stop.commandId).toList()
            assertEquals(CommandState.Completed, states.last().status)
            assertEquals(1, states.count { it.status.isFinal })
            val status = client.commandStatus(stop.commandId)
            assertEquals(stop.commandId to CommandState.Completed, status.commandId to status.status)
            assertNotNull(status.createdAt)
        }
    }

    @Test
    fun `a discharge`() = test {
        client().use { client ->
            val (device, connector) = giver(client)
            assertEquals(CommandState.Queued, client.discharge(device, connector, 5.0, 1.minutes, 30).status)
            val body = mapOf<String, Any?>("discharge_power" to 5.0, "duration" to 60.0, "min_soc" to 30.0)
            assertEquals(body, posts().single()["body"])
        }
    }

    @Test
    fun `a plan`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            assertNull(client.setSchedule(device, connector, plan))
            val slot = mapOf<String, Any?>(
                "day_of_week" to listOf("mon", "sun"), "start" to "22:00", "end" to "08:30",
                "power_limit" to 11.0, "action" to "charge",
            )
            val body = mapOf<String, Any?>(
                "schedule_id" to "night", "enabled" to true, "type" to "weekly", "time_slots" to listOf(slot),
                "target_soc" to 80.0, "timezone" to "Europe/London",
            )
            assertEquals(body, posts().single()["body"])
        }
    }

    @Test
    fun `measures for many chargers`() = test {
        client().use { client ->
            val half = FlexibilityCommand.SetPowerLimit(50)
            val receipt = client.flexibility(FlexibilityTarget.All, half, 10.minutes, "grid_overload")
            assertEquals("executing", receipt.status)
            assertTrue(receipt.controlId.isNotEmpty())
            val sites = FlexibilityTarget.Sites(listOf(client.sites().first().siteId))
            client.flexibility(sites, FlexibilityCommand.PauseCharging, 5.minutes)
            // The sandbox has no operators.
            val operators = FlexibilityTarget.Operators(listOf("op_1"))
            runCatching { client.flexibility(operators, FlexibilityCommand.PauseCharging, 5.minutes) }
            val (first, second) = posts().map { it["body"] as Map<*, *> }
            val params = mapOf("power_limit_percent" to 50.0, "duration" to 600.0, "reason" to "grid_overload")
            assertEquals(params, first["params"])
            assertEquals(sites.ids, second["target_ids"])
        }
    }

    @Test
    fun `arguments out of range are named and never sent`() = test {
        val slot = plan.timeSlots.single()
        client().use { client ->
            for ((field, call) in listOf<Pair<String, suspend () -> Any?>>(
                "target_soc" to { client.start("d", 1, targetSoc = 101) },
                "target_soc" to { client.start("d", 1, targetSoc = -1) },
                "charge_power" to { client.start("d", 1, chargePower = Double.NaN) },
                "duration" to { client.start("d", 1, duration = 1500.milliseconds) },
                "duration" to { client.start("d", 1, duration = Duration.INFINITE) },
                "connector_id" to { client.start("d", 0) },
                "connector_id" to { client.stop("d", -1) },
                "device_id" to { client.stop("", 1) },
                "discharge_power" to { client.discharge("d", 1, -5.0) },
                "min_soc" to { client.discharge("d", 1, 5.0, minSoc = 300) },
                "time_slots" to { client.setSchedule("d", 1, plan.copy(timeSlots = emptyList())) },
                "time_slots[0].start" to {
                    client.setSchedule("d", 1, plan.copy(timeSlots = listOf(slot.copy(start = LocalTime.of(1, 2, 3)))))
                },
                "timezone" to { client.setSchedule("d", 1, plan.copy(timezone = "Mars/Olympus")) },
                "target_ids" to {
                    val nobody = FlexibilityTarget.Sites(emptyList())
                    client.flexibility(nobody, FlexibilityCommand.PauseCharging, 60.seconds)
                },
                "power_limit_percent" to {
                    client.flexibility(FlexibilityTarget.All, FlexibilityCommand.SetPowerLimit(-1), 60.seconds)
                },
                "command_id" to { client.commandStatus("") },
                "command_id" to { client.followCommand("").first() },
                "patience" to { client.followCommand("cmd", (-1).seconds).first() },
                "end" to { client.energy(Granularity.Day, Instant.EPOCH, Instant.EPOCH) },
                "start" to { client.energy(Granularity.Day, Instant.MIN, Instant.EPOCH) },
                "end" to { client.energy(Granularity.Day, Instant.EPOCH, Instant.MAX) },
                "start" to { client.chargingRecords(start = Instant.parse("+10000-01-01T00:00:00Z")).first() },
                "end" to { client.chargingRecords(end = Instant.parse("0000-12-31T23:59:59Z")).first() },
                "effective_from" to { client.setSchedule("d", 1, plan.copy(effectiveFrom = Instant.MIN)) },
                "effective_until" to { client.setSchedule("d", 1, plan.copy(effectiveUntil = Instant.MAX)) },
                "connector_id" to { client.chargingRecords(connectorId = -1).first() },
                "page_size" to { client.chargingRecords(pageSize = 101).first() },
                "page_size" to { client.sites(pageSize = -1).first() },
            )) {
                val error = failure<TellusException.InvalidRequest> { call() }
                assertEquals(field, parseJsonObject(error.details)["field"])
                assertEquals(0, error.attempts)
            }
            assertEquals(0, sandbox.journal("request").size)
        }
    }

    @Test
    fun `a double tap sends one request`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            sandbox.inject("""{"kind": "slow", "delay_ms": 500, "path": "/operator/devices"}""")
            val taps = List(2) { async { runCatching { client.start(device, connector) } } }.awaitAll()
            assertEquals(CommandState.Queued, taps.single { it.isSuccess }.getOrThrow().status)
            failure<TellusException.Conflict> { taps.single { it.isFailure }.getOrThrow() }
            assertEquals(1, posts().size)
        }
    }

    @Test
    fun `a command outlives the coroutine that gave it`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            sandbox.inject("""{"kind": "slow", "delay_ms": 600, "path": "/operator/devices"}""")
            val tap = launch { client.start(device, connector) }
            delay(200.milliseconds)
            tap.cancelAndJoin()
            val again = failure<TellusException.Conflict> { client.start(device, connector) }
            assertContains(again.reason, "already under way")
            sandbox.awaitJournal("request") { "/start" in it["path"] as String }
            assertEquals(listOf<Any?>(200.0), posts().map { it["status"] })
        }
    }

    @Test
    fun `a lost answer is an unknown outcome`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            sandbox.inject("""{"kind": "lost_answer", "path": "/operator/devices"}""")
            val error = failure<TellusException.OutcomeUnknown> { client.start(device, connector) }
            assertFalse(error.retryable)
            assertContains(error.reason, device)
            assertEquals(1, posts().size)
        }
    }

    @Test
    fun `patience ends, and a failed command says why`() = test {
        client().use { client ->
            val (device, connector) = idle(client)
            sandbox.inject("""{"kind": "command_stuck"}""")
            val stuck = client.start(device, connector)
            val error = failure<TellusException.Timeout> {
                client.followCommand(stuck.commandId, 300.milliseconds).toList()
            }
            assertContains(error.reason, "still queued")

            sandbox.clearFaults()
            sandbox.inject("""{"kind": "command_failed", "reason": "cable_locked"}""")
            val (other, free) = idle(client)
            val failed = client.followCommand(client.start(other, free).commandId).toList().last()
            assertEquals(CommandState.Failed, failed.status)
            assertEquals("cable_locked", parseJsonObject(failed.result!!)["reason"])
        }
    }
}
