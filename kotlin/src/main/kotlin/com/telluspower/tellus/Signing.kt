package com.telluspower.tellus

/**
 * Signs every request with HMAC-SHA256 over its method, path, time and body, where the platform asks for it. What the
 * platform leaves open can be set. **For servers only**, since it takes a secret.
 */
public class HmacSigning(
    secret: String,
    /** How the signature is written; not specified. */
    public val encoding: SignatureEncoding = SignatureEncoding.Hex,
    /** What stands between the parts; not specified. */
    public val separator: String = "",
    /** Whether the path is signed with its query; not specified. */
    public val withQuery: Boolean = true,
    /** The header of the signature, as documented. */
    public val signatureHeader: String = "X-Signature",
    /** The header of the time, in Unix seconds; not specified. */
    public val timestampHeader: String = "X-Timestamp",
) {
    /** The client's secret, or a device's. */
    internal val secret: String = secret

    /** Shows nothing of the secret. */
    override fun toString(): String =
        "HmacSigning(secret=***, encoding=$encoding, separator=$separator, withQuery=$withQuery, " +
            "signatureHeader=$signatureHeader, timestampHeader=$timestampHeader)"
}

/** How a signature is written. */
public enum class SignatureEncoding {
    /** Lower-case hexadecimal. */
    Hex,

    /** Base64 with padding. */
    Base64,
}
