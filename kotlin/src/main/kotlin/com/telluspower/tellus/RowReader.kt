package com.telluspower.tellus

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.time.Instant

/**
 * Reads the blocks of rows in which telemetry crosses from the native side; `bindings/src/rows.rs` has their layout. One
 * reader for each stream, since a device's id is told once and meant by its code from then on.
 *
 * Nothing is made for a row but the records that the user gets: ids and states are the same objects each time.
 */
internal class RowReader {
    private val devices = ArrayList<String>()
    private val states = ArrayList<ConnectorState>()
    private var block = EMPTY
    private var receivedMicros = 0L
    private var received = Instant.EPOCH

    /** How many devices need not be told again. */
    val knownDevices: Int get() = devices.size

    /** The frames of a block. What is not as laid down throws [TellusException.Decode], and nothing else. */
    fun read(bytes: ByteArray): List<TelemetryFrame> {
        block = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
        expect(bytes.size >= HEADER) { "it ends within its head" }
        expect(block.getShort(0) == VERSION) { "its version is ${block.getShort(0)}" }
        expect(block.getShort(2) == ROW.toShort()) { "its rows are ${block.getShort(2)} bytes long" }
        val (rows, count) = unsigned(4) to unsigned(8)
        // Checked before anything is made from it: a number of rows that is no such thing would fill the memory.
        expect(rows <= (bytes.size - HEADER) / ROW && count <= rows) { "it has no room for $rows rows" }
        val end = HEADER + rows.toInt() * ROW
        readTexts(bytes, end)
        return readFrames(end, count.toInt())
    }

    private fun readTexts(bytes: ByteArray, start: Int) {
        val firstDevice = unsigned(12)
        expect(firstDevice <= devices.size) { "it counts on $firstDevice devices" }
        val next = readTable(bytes, start, 0, unsigned(20), states) { ConnectorState.of(it) }
        val end = readTable(bytes, next, firstDevice.toInt(), unsigned(16), devices) { it }
        expect(end == bytes.size) { "it goes on behind its end" }
    }

    /** Adds to [known] the texts that are not there yet, the first of which has the code [first]. Returns where it ends. */
    private inline fun <T> readTable(
        bytes: ByteArray,
        start: Int,
        first: Int,
        count: Long,
        known: ArrayList<T>,
        make: (String) -> T,
    ): Int {
        var at = start
        for (code in first until first + count) {
            expect(bytes.size - at >= Int.SIZE_BYTES) { "a text is missing" }
            val length = unsigned(at)
            at += Int.SIZE_BYTES
            expect(length <= bytes.size - at) { "a text is cut short" }
            if (code >= known.size) known += make(String(bytes, at, length.toInt(), Charsets.UTF_8))
            at += length.toInt()
        }
        return at
    }

    private fun readFrames(end: Int, count: Int): List<TelemetryFrame> {
        val frames = ArrayList<TelemetryFrame>(count)
        var at = HEADER
        expect(at == end || has(at, FIRST)) { "it begins within a frame" }
        while (at < end) {
            var next = at + ROW
            while (next < end && !has(next, FIRST)) next += ROW
            frames += frame(at, next)
            at = next
        }
        expect(frames.size == count) { "it has ${frames.size} frames instead of $count" }
        return frames
    }

    private fun frame(at: Int, end: Int): TelemetryFrame {
        val device = unsigned(at + 40)
        expect(device < devices.size) { "nobody has told the device $device" }
        return TelemetryFrame(
            deviceId = devices[device.toInt()],
            timestamp = instant(block.getLong(at)),
            receivedAt = receivedAt(block.getLong(at + 8)),
            source = if (has(at, RESYNC)) FrameSource.Call else FrameSource.Stream,
            connectors =
                when {
                    !has(at, READING) -> emptyList()
                    end - at == ROW -> listOf(reading(at))
                    else -> List((end - at) / ROW) { reading(at + it * ROW) }
                },
        )
    }

    private fun reading(at: Int): ConnectorReading =
        ConnectorReading(
            connectorId = if (has(at, CONNECTOR)) block.getInt(at + 44) else null,
            state = if (has(at, STATE)) state(block.get(at + 48).toInt() and 0xFF) else null,
            power = if (has(at, POWER)) block.getDouble(at + 16) else null,
            energyDelivered = if (has(at, ENERGY)) block.getDouble(at + 24) else null,
            soc = if (has(at, SOC)) block.getDouble(at + 32) else null,
        )

    private fun state(code: Int): ConnectorState {
        expect(code < states.size) { "nobody has told the state $code" }
        return states[code]
    }

    /** Frames that were received together have one moment. */
    private fun receivedAt(micros: Long): Instant {
        if (micros != receivedMicros) {
            receivedMicros = micros
            received = instant(micros)
        }
        return received
    }

    private fun instant(micros: Long): Instant =
        Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * NANOS_IN_MICRO)

    private fun has(at: Int, flag: Int): Boolean = block.get(at + FLAGS).toInt() and flag != 0

    private fun unsigned(at: Int): Long = block.getInt(at).toLong() and 0xFFFF_FFFFL

    private inline fun expect(holds: Boolean, what: () -> String) {
        if (!holds) {
            val reason = "telemetry from the native side cannot be read: ${what()}; please report it"
            throw TellusException.Decode(Failure(reason))
        }
    }

    private companion object {
        val EMPTY: ByteBuffer = ByteBuffer.allocate(0)
        const val VERSION: Short = 1
        const val HEADER = 24
        const val ROW = 56
        const val FLAGS = 49
        const val MICROS = 1_000_000L
        const val NANOS_IN_MICRO = 1_000L

        const val FIRST = 1
        const val READING = 2
        const val CONNECTOR = 4
        const val STATE = 8
        const val POWER = 16
        const val ENERGY = 32
        const val SOC = 64
        const val RESYNC = 128
    }
}
