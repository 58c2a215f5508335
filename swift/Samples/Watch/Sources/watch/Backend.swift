import Foundation
import Tellus

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Your own server: it knows the `client_secret`, and who of your people may have a token. An app knows neither.
struct Backend: Sendable {
    let url: String

    private struct Reply: Decodable {
        let token: String
        let expires_in: Int
    }

    func token() async throws -> AccessToken {
        guard let url = URL(string: url) else { throw Problem("\(url) is no URL") }
        // Here goes your own sign-in.
        let (data, response) = try await URLSession.shared.data(from: url)
        guard let status = (response as? HTTPURLResponse)?.statusCode, status == 200 else {
            throw Problem("the backend gives no token")
        }
        let reply = try JSONDecoder().decode(Reply.self, from: data)
        return AccessToken(token: reply.token, expiresIn: .seconds(reply.expires_in))
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
