package com.telluspower.tellus

/** Through which proxy the platform is reached, by calls and streams alike. */
public sealed class ProxySetting {
    /** What `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say. */
    public data object FromEnvironment : ProxySetting()

    /** None, whatever the environment says. */
    public data object Direct : ProxySetting()

    /** This one. */
    public class Url(
        /** `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`. */
        public val url: String,
    ) : ProxySetting() {
        override fun equals(other: Any?): Boolean = other is Url && other.url == url

        override fun hashCode(): Int = url.hashCode()

        /** Shows no address, since it may hold a password. */
        override fun toString(): String = "Url(***)"
    }
}

/** What happens when the consumer of a stream is slower than the stream. */
public enum class OverflowPolicy {
    /** Stop reading the socket until there is room: nothing is lost on our side, yet the platform may cut us off. */
    Block,

    /** Drop the oldest frames; they are counted and become gaps. */
    DropOldest,

    /**
     * Keep the newest reading of every connector only: for screens. What it replaces is counted and becomes gaps, which
     * are not told one by one.
     */
    Latest,
}

/**
 * One of [count] equal parts of a fleet. Processes that are given the same chargers and the parts 0, 1, … `count - 1`
 * carry every charger exactly once, without talking to each other: an id's hash decides.
 */
public data class Partition(
    /** Which part, counted from 0. */
    val index: Int,
    /** How many parts there are. */
    val count: Int,
)
