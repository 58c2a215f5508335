import Foundation

extension TellusClient {
    /// A client from environment variables: `TELLUS_BASE_URL`, `TELLUS_CLIENT_ID`, `TELLUS_CLIENT_SECRET` and, where
    /// set, `TELLUS_CA_FILE` (a PEM file with further authorities) and `TELLUS_DEVICES` (ids, separated by commas). For
    /// servers and command-line tools.
    ///
    /// `TELLUS_TOKEN`, an access token that nobody renews, stands instead of id and secret. Neither wins over the other:
    /// where it is set beside one of them, ``TellusError/invalidRequest(_:)`` names both.
    public static func fromEnvironment() throws(TellusError) -> TellusClient {
        try from(environment: ProcessInfo.processInfo.environment)
    }

    static func from(environment: [String: String]) throws(TellusError) -> TellusClient {
        let values = environment.filter { !$0.value.allSatisfy(\.isWhitespace) }
        func required(_ name: String) throws(TellusError) -> String {
            if let value = values[name] { return value }
            throw .invalid(
                name, "is not set in the environment; set it, or run against the sandbox, which prints what to set")
        }
        var config = TellusConfig(baseURL: try required("TELLUS_BASE_URL"))
        if let path = values["TELLUS_CA_FILE"] {
            guard let pem = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw .invalid("TELLUS_CA_FILE", "\(path) cannot be read")
            }
            config.extraRootsPEM = [pem]
        }
        if let devices = values["TELLUS_DEVICES"] {
            config.devices = devices.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        }
        if let token = values["TELLUS_TOKEN"] {
            if let other = ["TELLUS_CLIENT_ID", "TELLUS_CLIENT_SECRET"].first(where: { values[$0] != nil }) {
                throw .invalid(
                    "TELLUS_TOKEN",
                    "is set in the environment, and so is \(other); unset the one that is not meant")
            }
            return try TellusClient(config: config, credentials: .accessToken(token))
        }
        let (id, secret) = (try required("TELLUS_CLIENT_ID"), try required("TELLUS_CLIENT_SECRET"))
        return try TellusClient(config: config, credentials: .clientSecret(id: id, secret: secret))
    }
}
