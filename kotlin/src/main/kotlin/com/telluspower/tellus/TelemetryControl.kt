package com.telluspower.tellus

/**
 * What can be done to a telemetry stream while it runs, however it delivers. Everything returns at once and may be
 * called from anywhere, also from inside a listener; what it sets going shows in the stream's [StatusEvent]s.
 */
public sealed interface TelemetryControl : AutoCloseable {
    /** Whether it was closed, by [close], by its client, or because its listener threw too often. */
    public val isClosed: Boolean

    /** The chargers' ids, each once, in alphabetical order. */
    public val devices: List<String>

    /** How many connections there are, open or on the way to it. */
    public val connections: Int

    /**
     * Adds chargers; those that are there already stay as they are. Connections with room take them, and are opened
     * anew for that.
     */
    public fun add(devices: Collection<String>)

    /**
     * Lets chargers go; those that are not there do not matter. Their connections are opened anew without them. The
     * stream is closed when its last charger goes.
     */
    public fun remove(devices: Collection<String>)

    /**
     * Closes all connections until [resume]. The chargers have a gap meanwhile. For an app that goes into the
     * background there is [TellusClient.setForeground], which leaves alone what was paused here.
     */
    public fun pause()

    /** Opens all connections again, in the background as soon as the app is in the foreground. */
    public fun resume()

    /**
     * Tells that the network is another one, e.g. cellular after Wi-Fi: opens all connections anew, since what stands
     * may be dead, and cuts waits short. See [TellusClient.networkChanged].
     */
    public fun networkChanged()

    /** The newest reading of every connector, by charger. Takes nothing away from what is delivered. */
    public fun snapshot(): List<TelemetryFrame>

    /**
     * When which charger was not observed, and why: the gaps that lasted or last up to what has been delivered so far,
     * by the time at which they were noticed.
     */
    public fun gaps(): List<Gap>

    /** How many frames of which charger were dropped because the consumer was too slow. Without those without drops. */
    public fun drops(): Map<String, Long>

    /** What the stream has counted so far, or had counted when it was closed. */
    public fun stats(): StreamStats

    /** Ends the stream. May be called more than once. What had already arrived is delivered. */
    override fun close()
}
