// The Swift runner of the conformance suite. `tests/conformance/README.md` says what it is told and what it answers.

import Foundation
import Tellus

/// One line of input.
private struct Command: Decodable {
    let id: Int
    let call: String
    let args: Arguments
}

/// Standard output, a whole line at a time: several calls answer.
private actor Output {
    func say(_ answer: JSON) {
        FileHandle.standardOutput.write(Data((answer.text + "\n").utf8))
    }
}

@main
enum Runner {
    static func main() async throws {
        let output = Output()
        await output.say(.object(["runner": .text("swift"), "protocol": .integer(1)]))
        let case_ = Case()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        while let line = readLine() {
            let command = try decoder.decode(Command.self, from: Data(line.utf8))
            // Each call in a task of its own: a case may have several under way.
            Task.detached {
                let (name, outcome) = await answer(command, in: case_)
                await output.say(.object(["id": .integer(command.id), name: outcome]))
            }
        }
    }

    private static func answer(_ command: Command, in case_: Case) async -> (String, JSON) {
        do {
            return ("value", try await case_.make(command.call, command.args))
        } catch let error as TellusError {
            return ("error", plain(error))
        } catch {
            return ("broken", .text("\(error)"))
        }
    }
}
