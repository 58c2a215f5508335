/// Signs each request with HMAC-SHA256 over its method, path, time and body, where the platform asks for that: for servers,
/// since it takes the secret. What the platform leaves open can be set. No text form of it shows the secret.
public struct HmacSigning: Sendable, Hashable {
    /// How a signature is written.
    public enum Encoding: Sendable, Hashable, CaseIterable {
        /// Lower-case hexadecimal.
        case hex
        /// Base64 with padding.
        case base64
    }

    /// The client's secret, or a device's.
    public var secret: String
    /// How the signature is written (not specified by the platform).
    public var encoding: Encoding
    /// What stands between the parts (not specified by the platform).
    public var separator: String
    /// Whether the path is signed with its query (not specified by the platform).
    public var withQuery: Bool
    /// The header of the signature, as documented.
    public var signatureHeader: String
    /// The header of the time, in Unix seconds (not specified by the platform).
    public var timestampHeader: String

    /// Signatures with this secret. Whether the headers can be such is checked when the client is made.
    public init(
        secret: String,
        encoding: Encoding = .hex,
        separator: String = "",
        withQuery: Bool = true,
        signatureHeader: String = "X-Signature",
        timestampHeader: String = "X-Timestamp"
    ) {
        self.secret = secret
        self.encoding = encoding
        self.separator = separator
        self.withQuery = withQuery
        self.signatureHeader = signatureHeader
        self.timestampHeader = timestampHeader
    }
}

extension HmacSigning: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That there is one, without the secret.
    public var description: String { "HmacSigning(secret: ***)" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Holds nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
