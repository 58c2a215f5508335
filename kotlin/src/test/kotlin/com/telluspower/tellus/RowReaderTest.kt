package com.telluspower.tellus

import com.telluspower.tellus.support.failure
import com.telluspower.tellus.support.parseJson
import org.junit.jupiter.api.Test
import java.io.File
import java.time.Instant
import java.time.temporal.ChronoUnit
import kotlin.random.Random
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNotSame
import kotlin.test.assertSame

/** The block that the native side is tested with, byte by byte, and what is wrong with others. */
class RowReaderTest {
    private val block = File("../bindings/testdata/rows.hex").readText().filterNot(Char::isWhitespace)
        .chunked(2) { it.toString().toInt(16).toByte() }.toByteArray()

    /** The texts begin here: states first. */
    private val texts = 24 + 4 * 56

    private val told = parseJson(File("../bindings/testdata/rows.json").readText()) as List<*>

    private fun changed(vararg changes: Pair<Int, Int>) =
        block.copyOf().also { bytes -> changes.forEach { (at, value) -> bytes[at] = value.toByte() } }

    private fun refused(bytes: ByteArray, reader: RowReader = RowReader()) =
        failure<TellusException.Decode> { reader.read(bytes) }.reason

    private fun micros(at: Instant) = ChronoUnit.MICROS.between(Instant.EPOCH, at).toDouble()

    @Test
    fun `what the block holds`() {
        val frames = RowReader().read(block).map { frame ->
            mapOf(
                "device_id" to frame.deviceId,
                "timestamp" to micros(frame.timestamp),
                "received_at" to micros(frame.receivedAt),
                "source" to frame.source.name.lowercase(),
                "connectors" to frame.connectors.map {
                    mapOf(
                        "connector_id" to it.connectorId?.toUInt()?.toDouble(),
                        "state" to it.state?.text,
                        "power" to it.power,
                        "energy_delivered" to it.energyDelivered,
                        "soc" to it.soc,
                    )
                },
            )
        }
        assertEquals(told, frames)
    }

    @Test
    fun `ids, states and moments are the same objects each time`() {
        val reader = RowReader()
        val (first, again) = List(2) { reader.read(block) }
        assertEquals(first, again)
        assertNotSame(first[0], again[0])
        assertSame(first[0].deviceId, again[0].deviceId)
        assertSame(first[2].connectors.single().state, again[2].connectors.single().state)
        assertSame(first[0].receivedAt, again[2].receivedAt)
        assertSame(ConnectorState.Charging, first[0].connectors[0].state)
    }

    @Test
    fun `devices that are known are not told again`() {
        // The first id is left out, as it is for a reader that knows one device.
        val first = texts + listOf("idle", "charging", "discharging", "fault", "unavailable", "preparing")
            .sumOf { 4 + it.length }
        val rest = changed(12 to 1, 16 to 2)
        val shorter = rest.copyOfRange(0, first) + rest.copyOfRange(first + 4 + "dvc_0001".length, rest.size)
        val reader = RowReader()
        assertContains(refused(shorter, reader), "counts on 1 devices")
        val frames = reader.read(block)
        assertEquals(3, reader.knownDevices)
        assertEquals(frames, reader.read(shorter))
        assertEquals(3, reader.knownDevices)
    }

    @Test
    fun `an empty block`() {
        assertEquals(emptyList(), RowReader().read(byteArrayOf(1, 0, 56) + ByteArray(21)))
    }

    @Test
    fun `every block that is cut short is refused`() {
        for (length in block.indices) refused(block.copyOf(length))
    }

    @Test
    fun `what is wrong is told`() {
        for ((what, bytes) in mapOf(
            "its version is 2" to changed(0 to 2),
            "its rows are 57 bytes long" to changed(2 to 57),
            "it has no room for 4294967044 rows" to changed(5 to 255, 6 to 255, 7 to 255),
            "it has 3 frames instead of 4" to changed(8 to 4),
            "it has 3 frames instead of 2" to changed(8 to 2),
            "it begins within a frame" to changed(24 + 49 to 0x7E),
            "nobody has told the device 7" to changed(24 + 40 to 7),
            "nobody has told the device 4278190080" to changed(24 + 43 to 255),
            "nobody has told the state 200" to changed(24 + 48 to 200),
            "a text is cut short" to changed(texts + 3 to 255),
            "it goes on behind its end" to block + 0,
        )) {
            assertContains(refused(bytes), what)
        }
    }

    @Test
    fun `a block of any bytes is read or refused`() {
        val random = Random(4711)
        var refused = 0
        repeat(20_000) {
            val bytes = block.copyOf()
            repeat(random.nextInt(1, 8)) { bytes[random.nextInt(bytes.size)] = random.nextInt().toByte() }
            try {
                RowReader().read(bytes)
            } catch (_: TellusException.Decode) {
                refused++
            }
        }
        assertEquals(true, refused in 1000..19_000, "$refused")
    }
}
