package com.telluspower.conformance

import com.telluspower.tellus.TelemetryControl
import com.telluspower.tellus.TelemetryStream
import com.telluspower.tellus.TellusClient
import com.telluspower.tellus.TellusTesting
import com.telluspower.tellus.TestClock
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import tools.jackson.databind.util.RawValue

// The table of calls: a name, and what it does with the public interface.

@OptIn(TellusTesting::class)
internal suspend fun make(case: Case, call: String, args: Arguments): Any? {
    val name = call.substringAfter('.')
    return when (call.substringBefore('.', "")) {
        "case" -> if (name == "open") case.open(args) else case.close()
        "clock" -> clock(case.clock, name, args)
        "stream" ->
            when (name) {
                "open", "listen" -> open(case, name, args)
                "next", "hold", "release" -> delivery(case, name)
                else -> stream(case.stream, name, args)
            }
        else -> ask(case.client, name, args) { command(case.client, name, args) }
    }
}

@OptIn(TellusTesting::class)
private fun clock(clock: TestClock, name: String, args: Arguments): Any =
    when (name) {
        "advance" -> clock.advance(args.span("ms")!!)
        "jump_wall" -> clock.jumpWall(args.span("ms")!!)
        "sleeps" -> clock.sleeps().map { it.inWholeMilliseconds }
        else -> unknown(name)
    }

private suspend fun ask(client: TellusClient, name: String, args: Arguments, otherwise: suspend () -> Any?): Any? {
    val pageSize = args.int("page_size") ?: 100
    return when (name) {
        "authenticate" -> client.authenticate()
        "close" -> client.close()
        "stats" -> client.stats()
        "sites" -> client.sites(args.enum("status"), pageSize).entries(args)
        "charging_records" ->
            client
                .chargingRecords(
                    args.text("device_id"),
                    args.int("connector_id"),
                    args.moment("start"),
                    args.moment("end"),
                    pageSize,
                ).entries(args)
        "device" -> client.device(args.text("device_id")!!)
        "known_devices" -> client.knownDevices()
        "energy" ->
            client.energy(
                args.enum("granularity")!!,
                args.moment("start")!!,
                args.moment("end")!!,
                args.texts("site_ids").orEmpty(),
            )
        "request" -> RawValue(request(client, args))
        else -> otherwise()
    }
}

private suspend fun request(client: TellusClient, args: Arguments): String =
    client.request(
        args.text("method")!!,
        args.text("path")!!,
        args.node("query")?.values()?.associate { it[0].asString() to it[1].asString() }.orEmpty(),
        args.node("body")?.toString(),
    )

private suspend fun command(client: TellusClient, name: String, args: Arguments): Any? {
    val device = { args.text("device_id")!! }
    val connector = { args.int("connector_id")!! }
    return when (name) {
        "start" ->
            client.start(
                device(),
                connector(),
                args.double("charge_power"),
                args.span("duration_ms"),
                args.int("target_soc"),
                args.text("transaction_id"),
            )
        "stop" -> client.stop(device(), connector(), args.text("reason"))
        "discharge" ->
            client.discharge(
                device(),
                connector(),
                args.double("discharge_power")!!,
                args.span("duration_ms"),
                args.int("min_soc"),
            )
        "set_schedule" -> client.setSchedule(device(), connector(), schedule(args.inner("schedule")!!))
        "flexibility" ->
            client.flexibility(target(args), command(args), args.span("duration_ms")!!, args.text("reason"))
        "command_status" -> client.commandStatus(args.text("command_id")!!)
        "follow_command" -> client.followCommand(args.text("command_id")!!, args.span("patience_ms")!!).toList()
        else -> unknown(name)
    }
}

private fun open(case: Case, name: String, args: Arguments) {
    val devices = args.texts("devices")!!
    val fails = args.inner("fails")
    val told = Told(listOf("events", "gaps", "frames").associateWith { fails?.ints(it).orEmpty() })
    case.told = told.takeIf { name == "listen" }
    case.stream = if (name == "listen") case.client.subscribe(devices, told) else case.client.stream(devices)
}

private suspend fun delivery(case: Case, name: String): Any? =
    when (name) {
        "hold" -> case.told!!.hold()
        "release" -> case.told!!.release()
        else -> case.told.let { told -> if (told == null) (case.stream as TelemetryStream).nextBatch() else told.next() }
    }

private fun stream(stream: TelemetryControl, name: String, args: Arguments): Any =
    when (name) {
        "close" -> stream.close()
        "pause" -> stream.pause()
        "resume" -> stream.resume()
        "network_changed" -> stream.networkChanged()
        "add" -> stream.add(args.texts("devices")!!)
        "remove" -> stream.remove(args.texts("devices")!!)
        "devices" -> stream.devices
        "gaps" -> stream.gaps()
        "drops" -> stream.drops()
        "snapshot" -> stream.snapshot()
        "stats" -> stream.stats()
        else -> unknown("stream.$name")
    }

/** All entries of a list, or the first few. */
private suspend fun <T> Flow<T>.entries(args: Arguments): List<T> =
    (args.int("take")?.let { take(it) } ?: this).toList()

private fun unknown(call: String): Nothing = error("$call is not in the table")
