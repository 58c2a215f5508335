import Tellus

/// The credentials of a case.
struct Given: Decodable, Sendable {
    /// What a token provider does when it is asked; nothing at all if it names neither a token nor a failure.
    struct Grant: Decodable, Sendable {
        var token, fail: String?
        var expiresInMs: Double?
    }

    var clientId, clientSecret, token: String?
    var provider: [Grant]?

    func credentials() throws -> Credentials {
        if let clientId, let clientSecret { return .clientSecret(id: clientId, secret: clientSecret) }
        if let token { return .accessToken(token) }
        guard let provider else { throw Problem("these are no credentials") }
        let grants = Grants(left: provider)
        return .tokenProvider { try await grants.next() }
    }
}

/// Answers as the case says, one grant for each question.
private actor Grants {
    private var left: [Given.Grant]

    init(left: [Given.Grant]) { self.left = left }

    func next() async throws -> AccessToken {
        guard !left.isEmpty else { throw Problem("the case has no further grant") }
        let grant = left.removeFirst()
        if let fail = grant.fail { throw Problem(fail) }
        guard let token = grant.token, let expiresInMs = grant.expiresInMs else {
            // Ends with the client, which cancels this task.
            try await Task.sleep(for: .seconds(86_400))
            throw Problem("nobody cancels the provider's task")
        }
        return AccessToken(token: token, expiresIn: .milliseconds(expiresInMs))
    }
}
