internal import TellusBindings

/// Commands. What is out of range is refused unsent, as ``TellusError/invalidRequest(_:)`` with the field's name in
/// ``Failure/details``. While one command for a connector is under way a second one is refused unsent, as
/// ``TellusError/conflict(_:)``: a double tap sends once.
///
/// None is ever sent twice on doubt. If the answer is lost the call throws ``TellusError/outcomeUnknown(_:)``, and
/// ``TellusClient/device(_:)`` tells the truth.
///
/// Cancelling the task of a call that was begun only ends the wait for it: the command is neither taken back nor sent
/// once more, and its connector stays busy until it is answered. A task that is cancelled before the call sends nothing.
extension TellusClient {
    /// Starts a charge. The receipt says that the command is queued: follow it with
    /// ``followCommand(_:patience:)``, and judge by telemetry whether energy flows.
    ///
    /// - Parameters:
    ///   - device: The charger.
    ///   - connector: Number of the connector, from 1.
    ///   - chargePower: The most power in kW; without it the charger does what it can.
    ///   - duration: How long, in whole seconds.
    ///   - targetSoc: The state of charge at which to stop in %, 0 to 100.
    ///   - transactionId: Your own identifier. Charging records do not carry it.
    public func start(
        _ device: String,
        connector: Int,
        chargePower: Double? = nil,
        duration: Duration? = nil,
        targetSoc: Int? = nil,
        transactionId: String? = nil
    ) async throws -> CommandReceipt {
        let number = try connectorNumber(connector)
        let request = TellusBindings.StartRequest(
            chargePower: chargePower, duration: duration?.nativeSeconds,
            targetSoc: try optionalPercent("target_soc", targetSoc), transactionId: transactionId)
        return try await awaited { [native] in
            CommandReceipt(try await native.start(deviceId: device, connectorId: number, request: request))
        }
    }

    /// Ends a session.
    ///
    /// - Parameters:
    ///   - device: The charger.
    ///   - connector: Number of the connector, from 1.
    ///   - reason: Why, e.g. `user_request`.
    public func stop(_ device: String, connector: Int, reason: String? = nil) async throws -> CommandReceipt {
        let number = try connectorNumber(connector)
        return try await awaited { [native] in
            CommandReceipt(
                try await native.stop(
                    deviceId: device, connectorId: number, request: TellusBindings.StopRequest(reason: reason)))
        }
    }

    /// Starts a discharge (V2G). Needs hardware that can do it, and a vehicle above its floor.
    ///
    /// - Parameters:
    ///   - device: The charger.
    ///   - connector: Number of the connector, from 1.
    ///   - dischargePower: Power out of the vehicle in kW; positive.
    ///   - duration: How long, in whole seconds; that seconds are meant is not specified by the platform.
    ///   - minSoc: The state of charge below which not to go in %, 0 to 100.
    public func discharge(
        _ device: String,
        connector: Int,
        dischargePower: Double,
        duration: Duration? = nil,
        minSoc: Int? = nil
    ) async throws -> CommandReceipt {
        let number = try connectorNumber(connector)
        let request = TellusBindings.DischargeRequest(
            dischargePower: dischargePower, duration: duration?.nativeSeconds,
            minSoc: try optionalPercent("min_soc", minSoc))
        return try await awaited { [native] in
            CommandReceipt(try await native.discharge(deviceId: device, connectorId: number, request: request))
        }
    }

    /// Stores a plan on a connector. What the platform answers is not specified: a receipt, or nothing.
    ///
    /// - Parameters:
    ///   - device: The charger.
    ///   - connector: Number of the connector, from 1.
    ///   - schedule: The plan.
    public func setSchedule(
        _ device: String,
        connector: Int,
        schedule: Schedule
    ) async throws -> CommandReceipt? {
        let number = try connectorNumber(connector)
        let plan = try schedule.native()
        return try await awaited { [native] in
            try await native.setSchedule(deviceId: device, connectorId: number, schedule: plan)
                .map(CommandReceipt.init)
        }
    }

    /// Limits power or pauses charging for a group of chargers. The platform has no call that ends a measure early.
    ///
    /// - Parameters:
    ///   - target: Whom it concerns.
    ///   - command: What is to happen.
    ///   - duration: How long, in whole seconds.
    ///   - reason: Why, e.g. `grid_overload`.
    public func flexibility(
        target: FlexibilityTarget,
        command: FlexibilityCommand,
        duration: Duration,
        reason: String? = nil
    ) async throws -> FlexibilityReceipt {
        let request = TellusBindings.FlexibilityRequest(
            target: target.native, command: try command.native(), duration: duration.nativeSeconds, reason: reason)
        return try await awaited { [native] in
            FlexibilityReceipt(try await native.flexibility(request: request))
        }
    }

    /// What has become of a command.
    public func commandStatus(_ commandId: String) async throws -> CommandStatus {
        try await awaited { [native] in CommandStatus(try await native.commandStatus(commandId: commandId, cancel: $0)) }
    }

    /// A command's states: one each time it changes, until a final one. Fails with ``TellusError/timeout(_:)`` when it
    /// is not final after `patience`; the command itself is not taken back by that.
    ///
    /// ``CommandState/completed`` may mean that the charge has ended, not that it has begun: ``CommandState/accepted``,
    /// and telemetry, tell that it runs.
    public func followCommand(_ commandId: String, patience: Duration = .seconds(60)) -> CommandStatusSequence {
        CommandStatusSequence(client: self, commandId: commandId, patience: patience)
    }
}
