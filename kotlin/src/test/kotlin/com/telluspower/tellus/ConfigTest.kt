package com.telluspower.tellus

import com.telluspower.tellus.support.Sandbox
import com.telluspower.tellus.support.failure
import com.telluspower.tellus.support.parseJsonObject
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs

class ConfigTest {
    @Test
    fun `settings from the environment`() {
        val set = mapOf(
            "TELLUS_BASE_URL" to "https://example.com",
            "TELLUS_DEVICES" to " a, b ,,",
            "TELLUS_CA_FILE" to " ",
        )
        val config = TellusConfig.fromEnvironment(set::get)
        assertEquals(TellusConfig("https://example.com", devices = listOf("a", "b")), config)
    }

    @Test
    fun `what is missing in the environment is named`() {
        val settings = failure<TellusException.InvalidRequest> { TellusConfig.fromEnvironment { null } }
        assertEquals("TELLUS_BASE_URL", parseJsonObject(settings.details)["field"])
        val file = mapOf("TELLUS_BASE_URL" to "https://example.com", "TELLUS_CA_FILE" to "nowhere.pem")
        failure<TellusException.InvalidRequest> { TellusConfig.fromEnvironment(file::get) }
        val id = mapOf("TELLUS_CLIENT_ID" to "id")
        val credentials = failure<TellusException.InvalidRequest> { credentialsFromEnvironment(id::get) }
        assertEquals("TELLUS_CLIENT_SECRET", parseJsonObject(credentials.details)["field"])
    }

    @Test
    fun `a token from the environment`() {
        val token = mapOf("TELLUS_TOKEN" to "t")
        assertIs<Credentials.Token>(credentialsFromEnvironment(token::get))
        val both = token + ("TELLUS_CLIENT_ID" to "id")
        val error = failure<TellusException.InvalidRequest> { credentialsFromEnvironment(both::get) }
        assertEquals("TELLUS_TOKEN", parseJsonObject(error.details)["field"])
    }

    @Test
    fun `an authority of one's own`(): Unit = runBlocking {
        Sandbox("--tls").use { sandbox ->
            failure<TellusException.Connection> { sandbox.client { copy(maxAttempts = 1) }.use { it.authenticate() } }
            val roots = listOf(sandbox.caFile!!.readText())
            sandbox.client { copy(extraRootsPem = roots) }.use { client ->
                assertEquals(3, client.sites().count())
                client.telemetry(sandbox.devices).first()
            }
        }
    }

    @Test
    fun `states and their texts`() {
        for (text in listOf("idle", "charging", "discharging", "fault", "unavailable", "preparing", "")) {
            assertEquals(text, ConnectorState.of(text).text)
        }
        assertEquals(ConnectorState.Charging, ConnectorState.of("charging"))
        assertIs<ConnectorState.Other>(ConnectorState.of("Charging"))
        assertEquals(DeviceStatus.Online, DeviceStatus.of("online"))
        assertEquals(DeviceStatus.Offline, DeviceStatus.of("offline"))
        assertEquals(DeviceStatus.of("fault"), DeviceStatus.of("fault"))
    }
}
