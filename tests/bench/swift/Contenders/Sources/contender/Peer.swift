import Foundation

/// What an app would be written with otherwise, without its socket: Foundation's JSON decoder, on frames that have all been
/// received before. Foundation's WebSocket for Linux cannot stand beside it: it hands out what a read of the socket
/// happened to end with as a message, so that a burst of frames comes as broken JSON.
struct Peer: FrameSource {
    private struct Frame: Decodable {
        struct Connector: Decodable {
            let connector_id: Int?
            let state: String?
            let power: Double?
            let energy_delivered: Double?
            let soc: Double?
        }

        let device_id: String
        let timestamp: Date
        let connectors: [Connector]
    }

    private let texts: [Data]

    static func open(_ job: Job) throws -> Peer {
        var socket = try WebSocket(job)
        return Peer(texts: try (0..<job.scenario.frames).map { _ in try socket.next() })
    }

    func read(_ frames: Int, into sums: inout Checksum) throws {
        let decoder = JSONDecoder()
        // The fastest that Foundation has for this: `.iso8601` reads no fractions of a second.
        let moment = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        decoder.dateDecodingStrategy = .custom { try moment.parse($0.singleValueContainer().decode(String.self)) }
        for text in texts {
            let frame = try decoder.decode(Frame.self, from: text)
            for reading in frame.connectors {
                sums.add(
                    connector: reading.connector_id, state: reading.state, power: reading.power,
                    energy: reading.energy_delivered, soc: reading.soc)
            }
            sums.add(
                device: frame.device_id, secondsSince1970: frame.timestamp.timeIntervalSince1970,
                readings: frame.connectors.count)
        }
    }
}
