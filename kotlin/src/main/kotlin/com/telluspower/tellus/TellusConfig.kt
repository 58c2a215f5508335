package com.telluspower.tellus

import java.io.File
import java.io.IOException
import kotlin.time.Duration

/**
 * Settings of a client. What is null has the SDK's default. They are checked when a [TellusClient] is made from them.
 */
public data class TellusConfig(
    /** The platform's base URL, e.g. `https://HOST/v1`: it comes with the credentials. A missing `/v1` is added. */
    val baseUrl: String,
    /** Certificates (PEM) of further authorities to trust, besides the public ones: a sandbox's or a company's. */
    val extraRootsPem: List<String> = emptyList(),
    /** Allows plain `http://` to a host that is not this machine: an emulator, a phone in the lab. */
    val allowInsecureHttp: Boolean = false,
    /** Ids of chargers that the app knows, since no call lists them. See [TellusClient.knownDevices]. */
    val devices: List<String> = emptyList(),
    /** Appended to the `User-Agent` header, e.g. `installer-app/2.1`. */
    val userAgentSuffix: String? = null,
    /** The longest wait for any one answer. Default: 30 s. */
    val requestTimeout: Duration? = null,
    /** How often a call is sent at most, the first time included. Default: 5. */
    val maxAttempts: Int? = null,
    /** The nominal wait before the first retry of a call or a connection; each further one doubles it. Default: 1 s. */
    val backoffBase: Duration? = null,
    /** Reads per minute. Lower it where several processes share the credentials. Default: 60. */
    val queryPerMinute: Int? = null,
    /** How many connector readings wait for a stream's consumer at most; then the oldest go. Default: 65,536. */
    val mailboxRows: Int? = null,
) {
    /** Shows how many certificates there are instead of their text, and hides what might be a password in the URL. */
    override fun toString(): String =
        "TellusConfig(baseUrl=${baseUrl.replace(USER_INFO, "//***@")}, extraRootsPem=${extraRootsPem.size}, " +
            "allowInsecureHttp=$allowInsecureHttp, devices=$devices, userAgentSuffix=$userAgentSuffix, " +
            "requestTimeout=$requestTimeout, maxAttempts=$maxAttempts, backoffBase=$backoffBase, " +
            "queryPerMinute=$queryPerMinute, mailboxRows=$mailboxRows)"

    public companion object {
        private val USER_INFO = Regex("//[^/]*@")

        /**
         * Settings from the environment: `TELLUS_BASE_URL`, and, where set, `TELLUS_CA_FILE` (a PEM file with further
         * authorities) and `TELLUS_DEVICES` (ids of chargers, separated by commas).
         *
         * @throws TellusException.InvalidRequest where something is missing
         */
        public fun fromEnvironment(): TellusConfig = fromEnvironment(System::getenv)

        internal fun fromEnvironment(read: (String) -> String?): TellusConfig =
            TellusConfig(
                baseUrl = required("TELLUS_BASE_URL", read),
                extraRootsPem = listOfNotNull(optional("TELLUS_CA_FILE", read)?.let(::readCertificates)),
                devices = optional("TELLUS_DEVICES", read)?.let(::splitIds).orEmpty(),
            )
    }
}

/** `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET` from the environment. */
internal fun credentialsFromEnvironment(read: (String) -> String?): Credentials =
    Credentials.ClientSecret(required("TELLUS_CLIENT_ID", read), required("TELLUS_CLIENT_SECRET", read))

private fun optional(name: String, read: (String) -> String?): String? = read(name)?.takeIf(String::isNotBlank)

private fun required(name: String, read: (String) -> String?): String =
    optional(name, read)
        ?: throw invalid(name, "is not set in the environment; set it, or start the sandbox, which prints what to set")

private fun splitIds(text: String): List<String> = text.split(',').map(String::trim).filter(String::isNotEmpty)

private fun readCertificates(path: String): String =
    try {
        File(path).readText()
    } catch (error: IOException) {
        throw invalid("TELLUS_CA_FILE", "cannot be read: ${error.message}")
    }
