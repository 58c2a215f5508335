import Foundation

/// Makes frames out of blocks of rows, and remembers the texts that are told only once. How a block is laid out, and what
/// its numbers mean, stands in `bindings/src/rows.rs`.
///
/// This is the hot path. Sizes are checked once for a block, codes where they are looked up; ids and states are shared, so
/// a frame costs its record and the list of its readings.
struct RowDecoder: Sendable {
    /// The ids behind the codes that are known.
    private(set) var devices: [String] = []
    private var states: [ConnectorState] = []
    /// The table that `states` was read from: mostly, the next block holds the same one.
    private var statesTable: [UInt8] = []

    /// How many devices need not be told again.
    var known: UInt32 { UInt32(clamping: devices.count) }

    /// The frames of a block. A block that is not as documented becomes ``TellusError/decode(_:)`` and changes nothing.
    mutating func frames(of block: Data) throws(TellusError) -> [TelemetryFrame] {
        do {
            return try block.withUnsafeBytes { bytes in
                let header = try Header(bytes)
                try learn(header, from: Texts(bytes, from: header.endOfRows))
                return try read(header, from: bytes)
            }
        } catch {
            let reason = "telemetry crossed in a form that this library does not read; please report it"
            throw .decode(Failure(reason: "\(reason): \(error)"))
        }
    }

    /// Takes over the texts behind a block's rows.
    private mutating func learn(_ header: Header, from texts: Texts) throws {
        var texts = texts
        let table = try texts.skip(header.states)
        var newStates: [ConnectorState]?
        if !table.elementsEqual(statesTable) {
            var again = Texts(table, from: 0)
            newStates = try (0..<header.states).map { _ in ConnectorState(text: try again.next()) }
        }
        guard header.firstDevice <= devices.count else { throw Mistake("device \(devices.count) is missing") }
        let told = min(devices.count - header.firstDevice, header.devices)
        _ = try texts.skip(told)
        let newDevices = try (told..<header.devices).map { _ in try texts.next() }
        guard texts.isAtEnd else { throw Mistake("it is too long") }
        devices += newDevices
        if let newStates { (states, statesTable) = (newStates, Array(table)) }
    }

    private func read(_ header: Header, from bytes: UnsafeRawBufferPointer) throws -> [TelemetryFrame] {
        var frames: [TelemetryFrame] = []
        frames.reserveCapacity(header.frames)
        var at = Header.size
        while at < header.endOfRows {
            let first = Row(bytes, at)
            guard first.flags & Row.first != 0, first.device < devices.count else {
                throw Mistake("a row belongs to nothing")
            }
            var end = at + Row.size
            while end < header.endOfRows, Row(bytes, end).flags & Row.first == 0 { end += Row.size }
            frames.append(
                TelemetryFrame(
                    deviceId: devices[first.device],
                    timestamp: first.timestamp,
                    receivedAt: first.receivedAt,
                    source: first.flags & Row.resync == 0 ? .stream : .call,
                    connectors: first.flags & Row.reading == 0 ? [] : try readings(bytes, at..<end)))
            at = end
        }
        guard frames.count == header.frames else { throw Mistake("it has another number of frames") }
        return frames
    }

    /// The readings of one frame's rows.
    private func readings(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws -> [ConnectorReading] {
        try Array(unsafeUninitializedCapacity: range.count / Row.size) { readings, count in
            for at in stride(from: range.lowerBound, to: range.upperBound, by: Row.size) {
                let row = Row(bytes, at)
                var state: ConnectorState?
                if row.flags & Row.state != 0 {
                    guard row.state < states.count else { throw Mistake("a state is missing") }
                    state = states[row.state]
                }
                readings.initializeElement(
                    at: count,
                    to: ConnectorReading(
                        connectorId: row.flags & Row.connector == 0 ? nil : row.connector,
                        state: state,
                        power: row.flags & Row.power == 0 ? nil : row.number(16),
                        energyDelivered: row.flags & Row.energy == 0 ? nil : row.number(24),
                        soc: row.flags & Row.soc == 0 ? nil : row.number(32)))
                count += 1
            }
        }
    }
}

/// What is wrong with a block.
private struct Mistake: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The beginning of a block, checked: all rows lie inside.
private struct Header {
    static let size = 24

    let frames: Int
    let firstDevice: Int
    let devices: Int
    let states: Int
    let endOfRows: Int

    init(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count >= Header.size else { throw Mistake("it is too short") }
        guard bytes.integer(0, UInt16.self) == 1, bytes.integer(2, UInt16.self) == Row.size else {
            throw Mistake("its version is another one")
        }
        let number = { (at: Int) in Int(bytes.integer(at, UInt32.self)) }
        frames = number(8)
        firstDevice = number(12)
        devices = number(16)
        states = number(20)
        endOfRows = Header.size + number(4) * Row.size
        // Each frame has a row, and each text takes four bytes at least: so no number makes us reserve too much.
        guard endOfRows <= bytes.count, frames <= number(4), states + devices <= (bytes.count - endOfRows) / 4 else {
            throw Mistake("it is too short")
        }
    }
}

/// One row, at a place that lies inside the block.
private struct Row {
    static let size = 56
    static let first: UInt8 = 1
    static let reading: UInt8 = 2
    static let connector: UInt8 = 4
    static let state: UInt8 = 8
    static let power: UInt8 = 16
    static let energy: UInt8 = 32
    static let soc: UInt8 = 64
    static let resync: UInt8 = 128

    private let bytes: UnsafeRawBufferPointer
    private let at: Int

    init(_ bytes: UnsafeRawBufferPointer, _ at: Int) {
        (self.bytes, self.at) = (bytes, at)
    }

    var timestamp: Date { Date(microseconds: bytes.integer(at, Int64.self)) }
    var receivedAt: Date { Date(microseconds: bytes.integer(at + 8, Int64.self)) }
    func number(_ offset: Int) -> Double { Double(bitPattern: bytes.integer(at + offset, UInt64.self)) }
    var device: Int { Int(bytes.integer(at + 40, UInt32.self)) }
    var connector: Int { Int(bytes.integer(at + 44, UInt32.self)) }
    var state: Int { Int(bytes[at + 48]) }
    var flags: UInt8 { bytes[at + 49] }
}

/// Texts behind each other, each with its length before it.
private struct Texts {
    private let bytes: UnsafeRawBufferPointer
    private var at: Int

    init(_ bytes: UnsafeRawBufferPointer, from at: Int) {
        (self.bytes, self.at) = (bytes, at)
    }

    var isAtEnd: Bool { at == bytes.count }

    mutating func next() throws -> String {
        guard let text = String(bytes: try raw(), encoding: .utf8) else { throw Mistake("a text is none") }
        return text
    }

    /// The bytes of so many texts, with their lengths.
    mutating func skip(_ count: Int) throws -> UnsafeRawBufferPointer {
        let start = at
        for _ in 0..<count { _ = try raw() }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<at])
    }

    private mutating func raw() throws -> UnsafeRawBufferPointer {
        guard bytes.count - at >= 4 else { throw Mistake("it is too short") }
        let length = Int(bytes.integer(at, UInt32.self))
        at += 4
        guard bytes.count - at >= length else { throw Mistake("it is too short") }
        defer { at += length }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<at + length])
    }
}

extension UnsafeRawBufferPointer {
    /// A little-endian number at a place that need not be aligned.
    fileprivate func integer<T: FixedWidthInteger & BitwiseCopyable>(_ at: Int, _: T.Type) -> T {
        T(littleEndian: loadUnaligned(fromByteOffset: at, as: T.self))
    }
}

extension Date {
    /// The moment so many microseconds after the beginning of 1970.
    fileprivate init(microseconds: Int64) {
        // By way of the date's own origin, so that no digit is lost.
        self.init(timeIntervalSinceReferenceDate: Double(microseconds &- 978_307_200_000_000) / 1e6)
    }
}
