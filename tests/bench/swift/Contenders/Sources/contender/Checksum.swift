/// What was read, in a few numbers: see tests/bench/src/checksum.rs.
struct Checksum: Encodable, Sendable {
    private var readings: UInt64 = 0
    private var devices: UInt64 = 0
    private var timestamps: UInt64 = 0
    private var connectors: UInt64 = 0
    private var states: UInt64 = 0
    private var power = 0.0
    private var energy = 0.0
    private var soc = 0.0

    /// A reading's fields but for those that belong to its frame.
    mutating func add(connector: Int?, state: String?, power: Double?, energy: Double?, soc: Double?) {
        readings += 1
        connectors += UInt64(connector ?? 0)
        states += UInt64(state?.utf8.count ?? 0)
        self.power += power ?? 0
        self.energy += energy ?? 0
        self.soc += soc ?? 0
    }

    /// A frame's own fields, for each of its readings.
    mutating func add(device: String, secondsSince1970: Double, readings: Int) {
        let last = device.utf8.withContiguousStorageIfAvailable { bytes in
            UInt64(
                littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(
                    fromByteOffset: bytes.count - 8, as: UInt64.self))
        }
        devices &+= (last ?? 0) &* UInt64(readings)
        timestamps &+= UInt64((secondsSince1970 * 1e6).rounded()) &* UInt64(readings)
    }
}
