package com.telluspower.tellus

/** Whom a measure concerns. */
public sealed class FlexibilityTarget {
    /** These sites. */
    public data class Sites(
        /** Their ids; at least one. */
        val ids: List<String>,
    ) : FlexibilityTarget()

    /** These operators. */
    public data class Operators(
        /** Their ids; at least one. */
        val ids: List<String>,
    ) : FlexibilityTarget()

    /** All chargers that the credentials reach. */
    public data object All : FlexibilityTarget()
}

/** What a measure does. */
public sealed class FlexibilityCommand {
    /** Power is limited. */
    public data class SetPowerLimit(
        /** The share of the power that is left, in %: 0 to 100. */
        val percent: Int,
    ) : FlexibilityCommand()

    /** Charging pauses. */
    public data object PauseCharging : FlexibilityCommand()
}

/** The answer to a flexibility call. */
public data class FlexibilityReceipt(
    /** The platform's identifier of the measure. Whether it can be followed like a command is not specified. */
    val controlId: String,
    /** How far it is; the schema knows only `executing`. */
    val status: String,
)
