import Foundation

/// As much of a WebSocket as the load server needs: it sends whole, unmasked text messages, and its base is an IPv4 address.
struct WebSocket {
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var at = 0

    init(_ job: Job) throws {
        guard let url = URL(string: job.baseURL), let port = url.port else { throw Problem("no URL") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        #if os(Linux)
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let socket = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        let connected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Problem("cannot connect") }
        file = FileHandle(fileDescriptor: socket, closeOnDealloc: true)
        let path = "\(url.path)/operator/stream?devices=\(job.scenario.deviceIds.joined(separator: ","))"
        let head = "GET \(path) HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try file.write(contentsOf: Data(head.utf8))
        var end: [UInt8] = []
        while end != Array("\r\n\r\n".utf8) { end = end.suffix(3) + (try take(1)) }
    }

    /// The next message.
    mutating func next() throws -> Data {
        let short = try take(2)[1]
        let length = short < 126 ? Int(short) : try take(2).reduce(0) { $0 << 8 | Int($1) }
        return Data(try take(length))
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while buffer.count - at < count {
            var more = [UInt8](repeating: 0, count: 1 << 16)
            // `FileHandle` would wait until all of it has come.
            let length = read(file.fileDescriptor, &more, more.count)
            guard length > 0 else { throw Problem("the stream ended") }
            buffer.removeFirst(at)
            buffer += more.prefix(length)
            at = 0
        }
        defer { at += count }
        return Array(buffer[at..<at + count])
    }
}
