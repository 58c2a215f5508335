package com.telluspower.tellus.bench

import java.time.Instant

/** What was read, in a few numbers; touches every field of every frame, as cheaply as possible. */
class Sums {
    var frames = 0
        private set
    private var readings = 0
    private var ids = 0L
    private var timestamps = 0L
    private var connectors = 0L
    private var states = 0L
    private var power = 0.0
    private var energy = 0.0
    private var soc = 0.0

    fun frame(deviceId: String, timestamp: Instant) {
        frames++
        ids += deviceId.length + deviceId.last().code
        timestamps += timestamp.epochSecond * 1_000_000 + timestamp.nano / 1000
    }

    fun reading(connectorId: Int?, state: String?, power: Double?, energy: Double?, soc: Double?) {
        readings++
        connectors += connectorId ?: 0
        states += state?.length ?: 0
        this.power += power ?: 0.0
        this.energy += energy ?: 0.0
        this.soc += soc ?: 0.0
    }

    /** As JSON. */
    override fun toString() =
        """{"frames": $frames, "readings": $readings, "ids": $ids, "times": $timestamps, "connectors": $connectors, """ +
            """"states": $states, "power": $power, "energy": $energy, "soc": $soc}"""
}
