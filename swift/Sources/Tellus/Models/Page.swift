/// One page of a list.
public struct Page<Item: Sendable & Hashable>: Sendable, Hashable {
    /// The entries of this page.
    public let items: [Item]
    /// Number of entries in the whole list, at the time of this reply.
    public let total: Int?

    /// A page from its parts, for previews and tests.
    public init(items: [Item], total: Int? = nil) {
        self.items = items
        self.total = total
    }
}
