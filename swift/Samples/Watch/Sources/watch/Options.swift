/// What the command line says: `watch PLATFORM BACKEND [CHARGER] [--frames N]`.
struct Options {
    /// The platform's base URL.
    let platform: String
    /// The URL at which your backend hands out tokens.
    let backend: String
    /// Which charger to follow; otherwise the first that is known.
    let charger: String?
    /// How many frames to print; otherwise until Ctrl-C.
    let frames: Int?

    init(_ arguments: some Sequence<String>) throws {
        var words = Array(arguments)
        if let flag = words.firstIndex(of: "--frames") {
            guard flag + 1 < words.count, let count = Int(words[flag + 1]), count > 0 else { throw Usage() }
            frames = count
            words.removeSubrange(flag...flag + 1)
        } else {
            frames = nil
        }
        guard (2...3).contains(words.count) else { throw Usage() }
        (platform, backend) = (words[0], words[1])
        charger = words.count == 3 ? words[2] : nil
    }
}

/// What to type instead.
struct Usage: Error, CustomStringConvertible {
    let description = "usage: watch PLATFORM BACKEND [CHARGER] [--frames N]"
}
