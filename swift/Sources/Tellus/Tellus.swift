internal import TellusBindings

/// What this build of the SDK says about itself.
public enum TellusSDK {
    /// The version of the SDK, e.g. `0.1.0`.
    public static var version: String { sdkVersion() }
}
