package com.telluspower.tellus

import org.junit.jupiter.api.Test
import kotlin.test.assertTrue

class TellusTest {
    @Test
    fun `the version comes from the native library`() {
        assertTrue(Regex("""\d+\.\d+\.\d+""").matches(Tellus.version), Tellus.version)
    }
}
