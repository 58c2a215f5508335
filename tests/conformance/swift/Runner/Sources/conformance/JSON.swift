import Foundation

/// A JSON value.
enum JSON: Sendable, Codable, Equatable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    /// The value that a text writes.
    init(text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        self =
            if value.decodeNil() {
                .null
            } else if let flag = try? value.decode(Bool.self) {
                .flag(flag)
            } else if let integer = try? value.decode(Int.self) {
                .integer(integer)
            } else if let number = try? value.decode(Double.self) {
                .number(number)
            } else if let text = try? value.decode(String.self) {
                .text(text)
            } else if let list = try? value.decode([JSON].self) {
                .list(list)
            } else {
                .object(try value.decode([String: JSON].self))
            }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .flag(let flag): try value.encode(flag)
        case .integer(let integer): try value.encode(integer)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .object(let fields): try value.encode(fields)
        }
    }

    /// On one line. A number that JSON has no form for would be a bug, and ends the runner.
    var text: String {
        String(decoding: try! JSONEncoder().encode(self), as: UTF8.self)
    }
}
