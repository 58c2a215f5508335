internal import TellusBindings

/// A running delivery to a ``TelemetryListener``. Keep it: the delivery ends when it is released. It is steered as every
/// stream is: see ``TelemetryControl``.
public final class TelemetrySubscription: TelemetryControl, @unchecked Sendable {
    /// Holds the delivery, which would end without it.
    private let delivery: TellusBindings.TelemetryDelivery

    init(_ delivery: TellusBindings.TelemetryDelivery, client: TellusClient) throws {
        self.delivery = delivery
        super.init(try delivery.control(), client: client)
    }
}
