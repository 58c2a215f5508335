#if canImport(Security)
    import Foundation
    import Security

    /// Keeps the token in the Keychain of this device: it can be read from the first unlock after a start on, also by an
    /// app in the background, and leaves the device in no backup.
    public struct KeychainTokenStore: TokenStore {
        private let service: String
        private let account: String
        private let accessGroup: String?

        /// A store for one user of one platform.
        ///
        /// - Parameters:
        ///   - service: Whose entry it is, e.g. the app's bundle identifier.
        ///   - account: The user and the platform, so that nobody is given another one's token.
        ///   - accessGroup: The group of apps that share it; that of the app alone by default.
        public init(service: String, account: String, accessGroup: String? = nil) {
            self.service = service
            self.account = account
            self.accessGroup = accessGroup
        }

        /// The token kept there; `nil` if there is none. Throws ``KeychainError`` if the Keychain cannot be read now.
        public func load() throws -> StoredToken? {
            let wanted = entry.merging([kSecReturnData: true, kSecMatchLimit: kSecMatchLimitOne]) { $1 }
            var found: CFTypeRef?
            let status = SecItemCopyMatching(wanted as CFDictionary, &found)
            // A Keychain that is locked, or not there, is not one without a token.
            if status == errSecItemNotFound { return nil }
            try check(status, "read")
            guard let data = found as? Data else { return nil }
            // What an older app wrote in another form is no token.
            return try? JSONDecoder().decode(StoredToken.self, from: data)
        }

        /// Keeps a token, in place of the former one. Throws ``KeychainError`` if that is not possible now.
        public func save(_ token: StoredToken) throws {
            let content: [CFString: Any] = [
                kSecValueData: try JSONEncoder().encode(token),
                kSecAttrAccessible: kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
            ]
            let status = SecItemUpdate(entry as CFDictionary, content as CFDictionary)
            guard status == errSecItemNotFound else { return try check(status, "changed") }
            try check(SecItemAdd(entry.merging(content) { $1 } as CFDictionary, nil), "written")
        }

        /// Forgets the token: for when the user signs out. Throws ``KeychainError`` if that is not possible now.
        public func clear() throws {
            let status = SecItemDelete(entry as CFDictionary)
            if status != errSecItemNotFound { try check(status, "removed") }
        }

        private var entry: [CFString: Any] {
            var entry: [CFString: Any] = [
                kSecClass: kSecClassGenericPassword, kSecAttrService: service, kSecAttrAccount: account,
                kSecUseDataProtectionKeychain: true,
            ]
            entry[kSecAttrAccessGroup] = accessGroup
            return entry
        }

        private func check(_ status: OSStatus, _ done: String) throws {
            if status != errSecSuccess { throw KeychainError(status: status, done: done) }
        }
    }

    /// Why the Keychain could not be used now.
    public struct KeychainError: Error, Sendable, Hashable, CustomStringConvertible {
        /// The system's code, e.g. `errSecInteractionNotAllowed` before the first unlock.
        public let status: OSStatus
        fileprivate let done: String

        /// One line, with the code and the system's text for it.
        public var description: String {
            let reason = SecCopyErrorMessageString(status, nil) as String? ?? "unknown"
            return "the Keychain's entry could not be \(done): \(reason) (\(status))"
        }
    }
#endif
