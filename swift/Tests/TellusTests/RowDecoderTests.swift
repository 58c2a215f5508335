import Foundation
import Testing

@testable import Tellus

/// Blocks of rows: the very same block that the core's own tests hold against what they document.
@Suite struct RowDecoderTests {
    private struct Expected: Decodable {
        struct Reading: Decodable {
            let connector_id: Int?
            let state: String?
            let power: Double?
            let energy_delivered: Double?
            let soc: Double?
        }

        let device_id: String
        let timestamp: Int64
        let received_at: Int64
        let source: String
        let connectors: [Reading]
    }

    @Test func theSampleIsReadToTheLastField() throws {
        let frames = try decoded(sample())
        let expected = try JSONDecoder().decode([Expected].self, from: file("rows.json"))
        #expect(frames.count == expected.count && expected.count == 3)
        for (frame, expected) in zip(frames, expected) {
            #expect(frame.deviceId == expected.device_id)
            #expect(microseconds(frame.timestamp) == expected.timestamp)
            #expect(microseconds(frame.receivedAt) == expected.received_at)
            #expect((frame.source == .call ? "call" : "stream") == expected.source)
            #expect(frame.connectors.count == expected.connectors.count)
            for (reading, expected) in zip(frame.connectors, expected.connectors) {
                #expect(reading.connectorId == expected.connector_id && reading.state?.text == expected.state)
                #expect(reading.power == expected.power && reading.energyDelivered == expected.energy_delivered)
                #expect(reading.soc == expected.soc)
            }
        }
        #expect(frames[0].connectors[0].state == .charging && frames[2].connectors[0].state == .other("preparing"))
    }

    @Test func everyTruncationIsADecodeErrorAndForgetsNothing() throws {
        let block = try sample()
        var decoder = RowDecoder()
        for length in 0..<block.count {
            #expect(refusal(&decoder, block.prefix(length)) == "Decode", "\(length) bytes")
            #expect(decoder.known == 0)
        }
        #expect(refusal(&decoder, block + [0]) == "Decode")
        #expect(try decoder.frames(of: block).count == 3 && decoder.known == 3)
    }

    /// Whatever a byte is changed to: an answer or an error, and no crash.
    @Test func noByteEndsTheApp() throws {
        let block = try sample()
        var refused = 0
        for index in block.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var changed = block
                changed[index] ^= change
                var decoder = RowDecoder()
                if refusal(&decoder, changed) != nil { refused += 1 }
            }
        }
        #expect(refused > 100)
    }

    @Test(arguments: [0, 2, 4, 8, 12, 16, 20]) func aHeaderOfAnotherKindIsRefused(_ at: Int) throws {
        var block = try sample()
        block[at] += 1
        var decoder = RowDecoder()
        #expect(refusal(&decoder, block) == "Decode")
    }

    @Test func whatIsKnownNeedNotBeToldAgain() throws {
        let whole = try sample()
        var decoder = RowDecoder()
        let first = try decoder.frames(of: whole)
        // The same rows, behind which only the third device is told again, and then none.
        let ids = ["dvc_0001", "größe-☃", "dvc_0003"].map { 4 + $0.utf8.count }
        var block = whole
        block.removeSubrange(whole.count - ids.reduce(0, +)..<whole.count - ids[2])
        (block[12], block[16]) = (2, 1)
        #expect(try decoder.frames(of: block) == first)
        block.removeLast(ids[2])
        (block[12], block[16]) = (3, 0)
        #expect(try decoder.frames(of: block) == first && decoder.known == 3)
        var stranger = RowDecoder()
        #expect(refusal(&stranger, block) == "Decode")
        // Another table of states takes the place of the former one.
        var renamed = whole
        let range = try #require(renamed.range(of: Data("idle".utf8)))
        renamed.replaceSubrange(range, with: Data("busy".utf8))
        #expect(try decoder.frames(of: renamed)[0].connectors[1].state == .other("busy"))
    }

    @Test func aBlockIsReadWhereverItLiesInMemory() throws {
        let block = try sample()
        for shift in 1..<8 {
            let moved = (Data(count: shift) + block).dropFirst(shift)
            #expect(try decoded(moved) == decoded(block))
        }
    }

    private func decoded(_ block: Data) throws -> [TelemetryFrame] {
        var decoder = RowDecoder()
        return try decoder.frames(of: block)
    }

    /// The kind of error with which a block is refused.
    private func refusal(_ decoder: inout RowDecoder, _ block: Data) -> String? {
        do {
            _ = try decoder.frames(of: block)
            return nil
        } catch {
            return error.kind
        }
    }

    private func microseconds(_ date: Date) -> Int64 {
        Int64((date.timeIntervalSinceReferenceDate * 1e6).rounded()) + 978_307_200_000_000
    }

    private func sample() throws -> Data {
        let digits = String(decoding: try file("rows.hex"), as: UTF8.self).filter { !$0.isWhitespace }
        let pairs = stride(from: 0, to: digits.count, by: 2).map { digits.dropFirst($0).prefix(2) }
        return Data(pairs.compactMap { UInt8($0, radix: 16) })
    }

    private func file(_ name: String) throws -> Data {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return try Data(contentsOf: folder.appendingPathComponent("bindings/testdata/\(name)"))
    }
}
