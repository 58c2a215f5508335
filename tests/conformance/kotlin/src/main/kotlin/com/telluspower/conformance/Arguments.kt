package com.telluspower.conformance

import tools.jackson.databind.JsonNode
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** What a call is given. What is absent is null. */
internal class Arguments(
    private val given: JsonNode,
) {
    private val read = mutableSetOf<String>()

    fun node(name: String): JsonNode? = given[name.also(read::add)]?.takeUnless(JsonNode::isNull)

    fun text(name: String): String? = node(name)?.asString()

    fun int(name: String): Int? = node(name)?.asInt()

    fun double(name: String): Double? = node(name)?.asDouble()

    fun boolean(name: String): Boolean? = node(name)?.asBoolean()

    fun moment(name: String): Instant? = text(name)?.let(Instant::parse)

    /** A span in milliseconds. */
    fun span(name: String): Duration? = node(name)?.asLong()?.milliseconds

    fun texts(name: String): List<String>? = node(name)?.values()?.map { it.asString() }

    fun ints(name: String): List<Int>? = node(name)?.values()?.map { it.asInt() }

    fun inner(name: String): Arguments? = node(name)?.let(::Arguments)

    fun list(name: String): List<Arguments>? = node(name)?.values()?.map(::Arguments)

    inline fun <reified E : Enum<E>> enum(name: String): E? =
        text(name)?.let { text -> enumValues<E>().first { it.platformText == text } }

    /** Fails where something was given that nobody has asked for. */
    fun end() {
        val left = given.propertyNames() - read
        check(left.isEmpty()) { "nobody knows $left" }
    }
}
