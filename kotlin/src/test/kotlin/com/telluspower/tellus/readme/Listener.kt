package com.telluspower.tellus.readme

// README: listener
import com.telluspower.tellus.StatusEvent
import com.telluspower.tellus.TelemetryFrame
import com.telluspower.tellus.TelemetryListener
import com.telluspower.tellus.TelemetrySubscription
import com.telluspower.tellus.TellusClient

fun follow(client: TellusClient, devices: List<String>): TelemetrySubscription =
    client.subscribe(
        devices,
        object : TelemetryListener {
            override fun onBatch(frames: List<TelemetryFrame>) = frames.forEach(::println)

            override fun onStatus(event: StatusEvent) = println(event)
        },
    )
// END
