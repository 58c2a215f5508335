package com.telluspower.tellus

import java.time.Instant

/** The answer to a command: it is queued, which says nothing yet about the charger. */
public data class CommandReceipt(
    /** The platform's identifier of the command. See [TellusClient.followCommand]. */
    val commandId: String,
    /** How far it is. */
    val status: CommandState,
)

/** What has become of a command. */
public data class CommandStatus(
    /** The platform's identifier of the command. */
    val commandId: String,
    /**
     * How far it is. [CommandState.Completed] may mean that the charge has **ended**, not that it has begun: whether
     * energy flows, telemetry tells.
     */
    val status: CommandState,
    /** When it was given. */
    val createdAt: Instant? = null,
    /** When it last changed. */
    val updatedAt: Instant? = null,
    /** What it led to, as a JSON text, e.g. `{"energy_delivered":12.3}` in kWh. */
    val result: String? = null,
)

/** How far a command is. A text that this version does not know comes as [Other]. */
public sealed class CommandState(
    /** The platform's own text, e.g. `accepted`. */
    public val text: String,
) {
    /** The platform has it; the charger does not yet. */
    public data object Queued : CommandState("queued")

    /** The charger has it. */
    public data object Accepted : CommandState("accepted")

    /** It is done. May mean that the charge has ended. */
    public data object Completed : CommandState("completed")

    /** It could not be done. */
    public data object Failed : CommandState("failed")

    /** The charger refuses it. */
    public data object Rejected : CommandState("rejected")

    /** A state that this version does not know, under the platform's own text. */
    public class Other internal constructor(text: String) : CommandState(text) {
        override fun equals(other: Any?): Boolean = other is Other && other.text == text

        override fun hashCode(): Int = text.hashCode()

        override fun toString(): String = "Other($text)"
    }

    /** Whether nothing more will happen. */
    public val isFinal: Boolean
        get() = this == Completed || this == Failed || this == Rejected

    public companion object {
        private fun known() = listOf(Queued, Accepted, Completed, Failed, Rejected)

        /** The state with this text. */
        public fun of(text: String): CommandState = known().find { it.text == text } ?: Other(text)
    }
}
