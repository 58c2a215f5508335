package com.telluspower.conformance

import com.telluspower.tellus.TellusException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import tools.jackson.databind.JsonNode

/** The Kotlin runner of the conformance suite: `tests/conformance/README.md` says what it is told and what it answers. */
fun main() {
    say(mapOf("runner" to "kotlin", "protocol" to 1))
    val case = Case()
    val calls = CoroutineScope(Dispatchers.IO)
    for (line in generateSequence(::readlnOrNull)) {
        val command = json.readTree(line)
        // Begun in the order in which they come; those that wait do so elsewhere.
        calls.launch(start = CoroutineStart.UNDISPATCHED) { say(answer(case, command)) }
    }
}

private suspend fun answer(case: Case, command: JsonNode): Map<String, Any?> {
    val outcome =
        try {
            val value = make(case, command["call"].asString(), Arguments(command["args"]))
            "value" to value.takeUnless { it is Unit }
        } catch (error: TellusException) {
            "error" to error
        } catch (error: Exception) {
            "broken" to "$error"
        }
    return mapOf("id" to command["id"], outcome)
}

private fun say(answer: Map<String, Any?>) {
    // One write for a line: several threads answer.
    System.out.write(json.writeValueAsBytes(answer) + '\n'.code.toByte())
    System.out.flush()
}
