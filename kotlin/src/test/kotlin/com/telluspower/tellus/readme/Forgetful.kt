package com.telluspower.tellus.readme

import com.telluspower.tellus.StatusEvent
import com.telluspower.tellus.StreamStatus
import com.telluspower.tellus.TelemetryFrame
import com.telluspower.tellus.TelemetryListener
import com.telluspower.tellus.TellusClient
import java.util.concurrent.CountDownLatch

/** A program that closes nothing. */
object Forgetful {
    @JvmStatic
    fun main(args: Array<String>) {
        val live = CountDownLatch(1)
        TellusClient.fromEnvironment().subscribe(
            args.toList(),
            object : TelemetryListener {
                override fun onBatch(frames: List<TelemetryFrame>) = Unit

                override fun onStatus(event: StatusEvent) {
                    if (event.status == StreamStatus.Live) live.countDown()
                }
            },
        )
        live.await()
        println("the end")
    }
}
