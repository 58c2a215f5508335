/// What the load server is to send: see tests/bench/src/scenario.rs, whose other half this is.
struct Scenario {
    let text: String
    let frames: Int
    let devices: Int

    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 4, let frames = Int(parts[0]), let devices = Int(parts[1]) else { return nil }
        (self.text, self.frames, self.devices) = (text, frames, devices)
    }

    var deviceIds: [String] {
        (0..<devices).map { index in
            let bits = String((index &* 0x9E37_79B9_7F4B) & 0xFFFF_FFFF_FFFF, radix: 16)
            return "dvc_" + String(repeating: "0", count: 12 - bits.count) + bits
        }
    }
}

/// Where the server is, and what it is to send.
struct Job {
    let base: String
    let scenario: Scenario

    var baseURL: String { "\(base)/\(scenario.text)/v1" }
}
