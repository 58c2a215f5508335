import Foundation
import Testing

@testable import Tellus

/// Commands: sent once, followed to their end, and never sent again on doubt.
@Suite(.timeLimit(.minutes(1))) struct CommandTests {
    private typealias Place = (device: String, connector: Int)

    /// A fleet in which a minute takes a second, and no vehicle comes by itself.
    private func sandbox() throws -> Sandbox {
        try Sandbox(["--speed", "60", "--history-days", "1", "--no-arrivals"])
    }

    private func idle(_ client: TellusClient, _ sandbox: Sandbox) async throws -> [Place] {
        var places: [Place] = []
        for id in sandbox.info.devices {
            let device = try await client.device(id)
            guard device.status == .online else { continue }
            places += device.connectors.filter { $0.status == .idle }.map { (id, $0.connectorId) }
        }
        return places
    }

    @Test func aChargeFromStartToStop() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        let receipt = try await client.start(
            place.device, connector: place.connector, chargePower: 7.5, duration: .seconds(1800), targetSoc: 90,
            transactionId: "order-1")
        #expect(receipt.status == .queued)
        let body = #"{"charge_power":7.5,"duration":1800,"target_soc":90,"transaction_id":"order-1"}"#
        #expect(try await sandbox.commands() == [body])
        var states: [CommandStatus] = []
        for try await status in client.followCommand(receipt.commandId) {
            states.append(status)
            if status.status != .queued { break }
        }
        #expect(states.allSatisfy { $0.commandId == receipt.commandId })
        #expect([.accepted, .completed].contains(states.last?.status))

        let stop = try await client.stop(place.device, connector: place.connector, reason: "user_request")
        let ended = try await client.followCommand(stop.commandId).reduce(into: []) { $0.append($1) }
        #expect(ended.last?.status == .completed && ended.last?.status.isFinal == true)
        let final = try await client.commandStatus(stop.commandId)
        #expect(final == ended.last && final.createdAt != nil && final.updatedAt != nil)
        #expect(try await sandbox.commands().last == #"{"reason":"user_request"}"#)
    }

    @Test func aDischarge() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        for place in try await idle(client, sandbox) {
            do {
                let receipt = try await client.discharge(
                    place.device, connector: place.connector, dischargePower: 5, duration: .seconds(60), minSoc: 30)
                #expect(receipt.status == .queued)
                #expect(try await sandbox.commands().last == #"{"discharge_power":5,"duration":60,"min_soc":30}"#)
                return
            } catch TellusError.conflict {
                continue  // no vehicle, or hardware that cannot do it
            }
        }
        Issue.record("no connector can discharge")
    }

    @Test func aPlanIsStored() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        let answer = try await client.setSchedule(place.device, connector: place.connector, schedule: plan())
        #expect(answer == nil, "what the sandbox answers is no receipt")
        let slot =
            #"{"action":"charge","day_of_week":["mon","sun"],"end":"08:30","power_limit":11,"start":"22:00"}"#
        let rest =
            #""schedule_id":"night","target_soc":80,"time_slots":[\#(slot)],"timezone":"Europe\/London","type":"weekly""#
        #expect(try await sandbox.commands() == [#"{"enabled":true,\#(rest)}"#])
    }

    @Test func loadIsControlled() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let limited = try await client.flexibility(
            target: .all, command: .setPowerLimit(percent: 50), duration: .seconds(600), reason: "grid_overload")
        #expect(limited.status == "executing")
        let site = try #require(try await client.sites().collect().first?.id)
        let paused = try await client.flexibility(
            target: .sites([site]), command: .pauseCharging, duration: .seconds(300))
        #expect(paused.controlId != limited.controlId)
        let bodies = try await sandbox.commands()
        #expect(bodies.first?.contains(#""power_limit_percent":50,"reason":"grid_overload""#) == true)
        #expect(bodies.last?.contains(#""params":{"duration":300},"target_ids":["\#(site)"]"#) == true)
    }

    @Test func argumentsOutOfRangeAreNeverSent() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        for soc in [-1, 101, 1000] {
            #expect(try await field { try await client.start("d", connector: 1, targetSoc: soc) } == "target_soc")
        }
        for power in [0, -7, .nan, .infinity] {
            #expect(try await field { try await client.start("d", connector: 1, chargePower: power) } == "charge_power")
        }
        for duration in [Duration.zero, .seconds(-5), .milliseconds(1500)] {
            #expect(try await field { try await client.start("d", connector: 1, duration: duration) } == "duration")
        }
        for connector in [0, -1, .max] {
            #expect(try await field { try await client.stop("d", connector: connector) } == "connector_id")
        }
        #expect(try await field { try await client.stop("", connector: 1) } == "device_id")
        let power = try await field { try await client.discharge("d", connector: 1, dischargePower: 0) }
        #expect(power == "discharge_power")
        let floor = try await field { try await client.discharge("d", connector: 1, dischargePower: 5, minSoc: 300) }
        #expect(floor == "min_soc")
        for percent in [-1, 101] {
            let share = try await field {
                try await client.flexibility(
                    target: .all, command: .setPowerLimit(percent: percent), duration: .seconds(60))
            }
            #expect(share == "power_limit_percent")
        }
        let nobody = try await field {
            try await client.flexibility(target: .sites([]), command: .pauseCharging, duration: .seconds(60))
        }
        #expect(nobody == "target_ids")
        #expect(try await field { try await client.commandStatus("") } == "command_id")
        #expect(try await field { try await client.followCommand("").first { _ in true } } == "command_id")
        #expect(try await sandbox.journal(of: "request").isEmpty)
    }

    @Test func plansWithMistakesAreNeverSent() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        func refused(_ change: (inout Schedule) -> Void) async throws -> String? {
            var plan = plan()
            change(&plan)
            return try await field { try await client.setSchedule("d", connector: 1, schedule: plan) }
        }
        #expect(try await refused { $0.timeSlots = [] } == "time_slots")
        #expect(try await refused { $0.timeSlots[0].dayOfWeek = [] } == "time_slots[0].day_of_week")
        #expect(try await refused { $0.timeSlots[0].start = TimeOfDay(hour: 25) } == "time_slots[0].start")
        #expect(try await refused { $0.timeSlots[0].end = TimeOfDay(hour: 8, minute: -1) } == "time_slots[0].end")
        #expect(try await refused { $0.timeSlots[0].end = $0.timeSlots[0].start } == "time_slots[0].end")
        #expect(try await refused { $0.targetSoc = -1 } == "target_soc")
        #expect(try await refused { $0.timezone = "Mars/Olympus" } == "timezone")
        #expect(try await refused { $0.effectiveFrom = Date(timeIntervalSince1970: .nan) } == "effective_from")
        #expect(try await sandbox.journal(of: "request").isEmpty)
    }

    @Test func aDoubleTapSendsOnce() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        try await sandbox.fault(#""kind": "slow", "delay_ms": 500, "path": "/operator/devices""#)
        let taps = (0..<2).map { _ in
            Task { try await client.start(place.device, connector: place.connector) }
        }
        var kinds: [String] = []
        for tap in taps {
            do {
                kinds.append(try await tap.value.status.text)
            } catch let error as TellusError {
                kinds.append(error.kind)
            }
        }
        #expect(kinds.sorted() == ["Conflict", "queued"])
        #expect(try await sandbox.commands().count == 1)
    }

    @Test func aCancelledCommandGoesOnOnce() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        try await sandbox.fault(#""kind": "slow", "delay_ms": 1000, "path": "/operator/devices""#)
        let tap = Task { try await client.start(place.device, connector: place.connector) }
        try await Task.sleep(for: .milliseconds(200))
        tap.cancel()
        try await expectCancelled(tap)
        let second = try await failure { try await client.start(place.device, connector: place.connector) }
        #expect(second.kind == "Conflict" && second.failure.attempts == 0, "the first one is under way still")
        try await eventually("the command arrives") { try await sandbox.commands().count == 1 }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await sandbox.commands().count == 1)

        // A task that is cancelled already sends nothing.
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await client.stop(place.device, connector: place.connector)
            }.value
        }
        #expect(try await sandbox.commands().count == 1)
    }

    @Test func aLostAnswerIsAnUnknownOutcome() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        try await sandbox.fault(#""kind": "lost_answer", "path": "/operator/devices""#)
        let error = try await failure { try await client.start(place.device, connector: place.connector) }
        #expect(error.kind == "OutcomeUnknown" && !error.failure.retryable)
        #expect(error.failure.reason.contains("device("))
        #expect(try await sandbox.commands().count == 1)
    }

    @Test func patienceEndsAndTheCommandStays() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        try await sandbox.fault(#""kind": "command_stuck""#)
        let receipt = try await client.start(place.device, connector: place.connector)
        var states = client.followCommand(receipt.commandId, patience: .milliseconds(300)).makeAsyncIterator()
        #expect(try await states.next()?.status == .queued)
        do {
            _ = try await states.next()
            Issue.record("the patience did not end")
        } catch let error as TellusError {
            #expect(error.kind == "Timeout" && error.failure.reason.contains("still queued"))
        }
        #expect(try await client.commandStatus(receipt.commandId).status == .queued)

        // Whoever goes away is not looked for any more: the next look would come after a second.
        let looks = try await sandbox.requests(to: "/operator/commands/\(receipt.commandId)")
        let reader = Task {
            for try await _ in client.followCommand(receipt.commandId) {}
        }
        try await eventually("it looks") {
            try await sandbox.requests(to: "/operator/commands/\(receipt.commandId)") == looks + 1
        }
        reader.cancel()
        try await expectCancelled(reader)
        try await Task.sleep(for: .milliseconds(1500))
        #expect(try await sandbox.requests(to: "/operator/commands/\(receipt.commandId)") == looks + 1)
    }

    @Test func aFailedCommandSaysWhy() async throws {
        let sandbox = try sandbox()
        let client = try sandbox.client()
        let place = try #require(try await idle(client, sandbox).first)
        try await sandbox.fault(#""kind": "command_failed", "reason": "cable_locked""#)
        let receipt = try await client.start(place.device, connector: place.connector)
        let states = try await client.followCommand(receipt.commandId).reduce(into: []) { $0.append($1) }
        #expect(states.last?.status == .failed && states.last?.result?.contains("cable_locked") == true)
    }

    private func plan() -> Schedule {
        Schedule(
            scheduleId: "night", kind: .weekly,
            timeSlots: [
                TimeSlot(
                    dayOfWeek: [.mon, .sun], start: TimeOfDay(hour: 22), end: TimeOfDay(hour: 8, minute: 30),
                    powerLimit: 11, action: .charge)
            ],
            targetSoc: 80, timezone: "Europe/London")
    }
}
