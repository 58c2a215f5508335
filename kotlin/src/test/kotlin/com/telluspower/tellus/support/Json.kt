package com.telluspower.tellus.support

/** Reads a JSON text into maps, lists, strings, doubles, booleans and null. Enough for what the sandbox says. */
fun parseJson(text: String): Any? = JsonReader(text).run { value().also { end() } }

@Suppress("UNCHECKED_CAST")
fun parseJsonObject(text: String): Map<String, Any?> = parseJson(text) as Map<String, Any?>

private class JsonReader(private val text: String) {
    private var at = 0

    fun value(): Any? {
        space()
        return when (text[at]) {
            '{' -> list('}') { string().also { expect(':') } to value() }.toMap()
            '[' -> list(']') { value() }
            '"' -> string()
            else -> word()
        }
    }

    fun end() {
        space()
        check(at == text.length) { "text after the end, at $at of: $text" }
    }

    private fun space() {
        while (at < text.length && text[at].isWhitespace()) at++
    }

    private fun expect(char: Char) {
        space()
        check(text[at] == char) { "no $char at $at of: $text" }
        at++
    }

    private fun <T> list(close: Char, item: () -> T): List<T> {
        val items = mutableListOf<T>()
        at++
        space()
        if (text[at] == close) return items.also { at++ }
        while (true) {
            items += item()
            space()
            if (text[at] == close) return items.also { at++ }
            expect(',')
        }
    }

    private fun string(): String {
        expect('"')
        val out = StringBuilder()
        while (text[at] != '"') {
            val char = text[at++]
            out.append(if (char == '\\') escaped() else char)
        }
        at++
        return out.toString()
    }

    private fun escaped(): Char =
        when (val char = text[at++]) {
            'n' -> '\n'
            't' -> '\t'
            'r' -> '\r'
            'b' -> '\b'
            'f' -> '\u000C'
            'u' -> text.substring(at, at + 4).toInt(16).toChar().also { at += 4 }
            else -> char
        }

    private fun word(): Any? {
        val start = at
        while (at < text.length && text[at] !in ",]}" && !text[at].isWhitespace()) at++
        return when (val word = text.substring(start, at)) {
            "null" -> null
            "true" -> true
            "false" -> false
            else -> word.toDouble()
        }
    }
}
