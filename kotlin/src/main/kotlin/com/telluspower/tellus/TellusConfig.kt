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
    /** How many connector readings wait for a stream's consumer at most; see [overflow]. Default: 65,536. */
    val mailboxRows: Int? = null,
    /**
     * Public keys (SHA-256 of the SubjectPublicKeyInfo, base64), one of which must be in the server's chain, besides
     * the usual checks. Name a spare one: a renewed certificate may come with a new key.
     */
    val spkiPins: List<String> = emptyList(),
    /** Through which proxy the platform is reached. Default: what the environment says. */
    val proxy: ProxySetting? = null,
    /** No nominal wait before a retry of a call or a connection is longer. Default: 30 s. */
    val backoffCap: Duration? = null,
    /** A longer `Retry-After` is not waited out: the call throws, with the value. Default: 60 s. */
    val maxRetryAfter: Duration? = null,
    /** A `Retry-After` is waited out and up to this much longer, evenly drawn; zero: exactly. Default: 1 s. */
    val retryAfterJitter: Duration? = null,
    /** Commands per minute. Default: 30. */
    val controlPerMinute: Int? = null,
    /** Requests for tokens per minute. Default: 10. */
    val tokenPerMinute: Int? = null,
    /**
     * The longest wait for a free place in the minute. A call that would have to wait longer, those before it
     * included, throws [TellusException.RateLimited] at once, unsent; slow answers to those before it can add a
     * fifth. Default: 75 s.
     */
    val maxQuotaWait: Duration? = null,
    /** What happens to a stream's frames beyond [mailboxRows]. Default: [OverflowPolicy.DropOldest]. */
    val overflow: OverflowPolicy? = null,
    /** More chargers are spread over more connections of a stream. Default: 200. */
    val maxDevicesPerConnection: Int? = null,
    /** A stream sends a ping this often. Default: 15 s. */
    val pingInterval: Duration? = null,
    /** A stream's connection on which nothing arrived for this long is dead. Default: 40 s. */
    val silence: Duration? = null,
    /** The nominal wait before a stream connects again, where it is not to be [backoffBase]; it doubles each time. */
    val reconnectBase: Duration? = null,
    /** No nominal wait between connections is longer, where that is not to be [backoffCap]. */
    val reconnectCap: Duration? = null,
    /** How often a stream's first connection is tried before the stream fails. Default: 5. */
    val firstAttempts: Int? = null,
    /**
     * A charger that reported regularly and reports nothing for this many times its usual interval, and at least 10 s,
     * has a gap; 0: never. Default: 5.
     */
    val staleFactor: Int? = null,
    /**
     * After a gap, a charger that has not reported by itself is asked for by a call, with this much time between two
     * calls; the answer is a frame of its own. Counts against the reads. Default: off.
     */
    val resyncInterval: Duration? = null,
    /** The longest silence while an answer is awaited or read. Default: 20 s. */
    val readTimeout: Duration? = null,
    /** The longest wait for a name to be resolved. Default: 5 s. */
    val dnsTimeout: Duration? = null,
    /** The longest wait for a TCP connection, over all addresses of a name together. Default: 10 s. */
    val tcpTimeout: Duration? = null,
    /** The longest wait for TLS to be agreed on. Default: 10 s. */
    val tlsTimeout: Duration? = null,
    /** The longest wait for the answer that makes a connection a stream. Default: 10 s. */
    val upgradeTimeout: Duration? = null,
    /** How long the URL of a stream's connection, which names its chargers, may be, in bytes. Default: 4,096. */
    val maxUrlBytes: Int? = null,
    /** How many ended gaps a stream keeps for [TelemetryControl.gaps]. Default: 65,536. */
    val gapsKept: Int? = null,
    /** The part of the chargers that streams of this process carry. Default: all of them. */
    val partition: Partition? = null,
    /** Signs every request; for servers only. Default: nothing is signed. */
    val signing: HmacSigning? = null,
) {
    /** Shows how many certificates there are instead of their text, and hides what might be a password in the URL. */
    override fun toString(): String =
        "TellusConfig(baseUrl=${baseUrl.replace(USER_INFO, "//***@")}, extraRootsPem=${extraRootsPem.size}, " +
            "allowInsecureHttp=$allowInsecureHttp, devices=$devices, userAgentSuffix=$userAgentSuffix, " +
            "requestTimeout=$requestTimeout, maxAttempts=$maxAttempts, backoffBase=$backoffBase, " +
            "queryPerMinute=$queryPerMinute, mailboxRows=$mailboxRows, spkiPins=$spkiPins, proxy=$proxy, " +
            "backoffCap=$backoffCap, maxRetryAfter=$maxRetryAfter, retryAfterJitter=$retryAfterJitter, " +
            "controlPerMinute=$controlPerMinute, tokenPerMinute=$tokenPerMinute, maxQuotaWait=$maxQuotaWait, " +
            "overflow=$overflow, maxDevicesPerConnection=$maxDevicesPerConnection, pingInterval=$pingInterval, " +
            "silence=$silence, reconnectBase=$reconnectBase, reconnectCap=$reconnectCap, " +
            "firstAttempts=$firstAttempts, staleFactor=$staleFactor, resyncInterval=$resyncInterval, " +
            "readTimeout=$readTimeout, dnsTimeout=$dnsTimeout, tcpTimeout=$tcpTimeout, tlsTimeout=$tlsTimeout, " +
            "upgradeTimeout=$upgradeTimeout, maxUrlBytes=$maxUrlBytes, gapsKept=$gapsKept, partition=$partition, " +
            "signing=$signing)"

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

/**
 * `TELLUS_CLIENT_ID` and `TELLUS_CLIENT_SECRET` from the environment, or `TELLUS_TOKEN` alone. Where both are set, one
 * of the two is a left-over that would act in a name nobody meant.
 */
internal fun credentialsFromEnvironment(read: (String) -> String?): Credentials {
    val token = optional("TELLUS_TOKEN", read)
    val other = listOf("TELLUS_CLIENT_ID", "TELLUS_CLIENT_SECRET").firstOrNull { optional(it, read) != null }
    if (token != null && other != null) {
        throw invalid(
            "TELLUS_TOKEN",
            "is set in the environment, and so is $other; unset the one that is not meant",
        )
    }
    return token?.let(Credentials::Token)
        ?: Credentials.ClientSecret(required("TELLUS_CLIENT_ID", read), required("TELLUS_CLIENT_SECRET", read))
}

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
