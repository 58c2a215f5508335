package com.telluspower.tellus

/**
 * What a connector is doing.
 *
 * The platform may send a state that this version does not know. It then comes as [Other], so a `when` over the known
 * states needs a branch for it.
 */
public sealed class ConnectorState(
    /** The platform's own text, e.g. `charging`. */
    public val text: String,
) {
    /** Nothing is going on. */
    public data object Idle : ConnectorState("idle")

    /** Energy flows to the vehicle. */
    public data object Charging : ConnectorState("charging")

    /** Energy flows from the vehicle; power is negative. */
    public data object Discharging : ConnectorState("discharging")

    /** Out of order. */
    public data object Fault : ConnectorState("fault")

    /** Not to be used at present. */
    public data object Unavailable : ConnectorState("unavailable")

    /** A state that this version does not know, under the platform's own text. */
    public class Other internal constructor(text: String) : ConnectorState(text) {
        override fun equals(other: Any?): Boolean = other is Other && other.text == text

        override fun hashCode(): Int = text.hashCode()

        override fun toString(): String = "Other($text)"
    }

    public companion object {
        // Not stored: the objects above may not be set up yet while this one is.
        private fun known() = listOf(Idle, Charging, Discharging, Fault, Unavailable)

        /** The state with this text. */
        public fun of(text: String): ConnectorState = known().find { it.text == text } ?: Other(text)
    }
}

/** Whether the platform hears from a charger. A text that this version does not know comes as [Other]. */
public sealed class DeviceStatus(
    /** The platform's own text, e.g. `online`. */
    public val text: String,
) {
    /** Heartbeats arrive. */
    public data object Online : DeviceStatus("online")

    /** Heartbeats have stopped. */
    public data object Offline : DeviceStatus("offline")

    /** A status that this version does not know, under the platform's own text. */
    public class Other internal constructor(text: String) : DeviceStatus(text) {
        override fun equals(other: Any?): Boolean = other is Other && other.text == text

        override fun hashCode(): Int = text.hashCode()

        override fun toString(): String = "Other($text)"
    }

    public companion object {
        private fun known() = listOf(Online, Offline)

        /** The status with this text. */
        public fun of(text: String): DeviceStatus = known().find { it.text == text } ?: Other(text)
    }
}
