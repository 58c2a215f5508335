// The table of calls: a name, and what it does with the public interface.

import Tellus

func play(_ call: String, _ args: Arguments, with client: TellusClient) async throws -> JSON {
    switch call {
    case "authenticate": try await client.authenticate()
    case "close": client.close()
    case "stats": return plain(client.stats)
    case "sites":
        let status = try args.status.map { try named($0, of: SiteStatus.self) }
        return try await first(args.take, of: client.sites(status: status, pageSize: args.pageSize ?? 100))
    case "charging_records":
        let records = client.chargingRecords(
            device: args.deviceId, connector: args.connectorId, start: try args.start.map(date),
            end: try args.end.map(date), pageSize: args.pageSize ?? 100)
        return try await first(args.take, of: records)
    case "device": return plain(try await client.device(args.get(\.deviceId)))
    case "known_devices": return plain(try await client.knownDevices())
    case "energy":
        return plain(
            try await client.energy(
                named(args.get(\.granularity), of: Granularity.self), start: date(args.get(\.start)),
                end: date(args.get(\.end)), sites: args.siteIds ?? []))
    case "request":
        let query = try (args.query ?? []).map { pair in
            guard pair.count == 2 else { throw Problem("\(pair) is no pair") }
            return (pair[0], pair[1])
        }
        return try JSON(
            text: try await client.request(
                method: args.get(\.method), path: args.get(\.path), query: Dictionary(uniqueKeysWithValues: query),
                body: args.body?.text))
    default: return try await command(call, args, with: client)
    }
    return .null
}

private func command(_ call: String, _ args: Arguments, with client: TellusClient) async throws -> JSON {
    switch call {
    case "start":
        return plain(
            try await client.start(
                args.get(\.deviceId), connector: args.get(\.connectorId), chargePower: args.chargePower,
                duration: args.duration, targetSoc: args.targetSoc, transactionId: args.transactionId))
    case "stop":
        return plain(
            try await client.stop(
                args.get(\.deviceId), connector: args.get(\.connectorId), reason: args.reason))
    case "discharge":
        return plain(
            try await client.discharge(
                args.get(\.deviceId), connector: args.get(\.connectorId), dischargePower: args.get(\.dischargePower),
                duration: args.duration, minSoc: args.minSoc))
    case "set_schedule":
        return plain(
            try await client.setSchedule(
                args.get(\.deviceId), connector: args.get(\.connectorId), schedule: args.get(\.schedule).schedule())
                as Any)
    case "flexibility":
        return plain(
            try await client.flexibility(
                target: target(args), command: args.powerLimitPercent.map { .setPowerLimit(percent: $0) } ?? .pauseCharging,
                duration: .milliseconds(args.get(\.durationMs)), reason: args.reason))
    case "command_status": return plain(try await client.commandStatus(args.get(\.commandId)))
    case "follow_command":
        let patience = Duration.milliseconds(try args.get(\.patienceMs))
        return try await first(nil, of: client.followCommand(args.get(\.commandId), patience: patience))
    default: throw Problem("\(call) is not in the table")
    }
}

func play(_ call: String, _ args: Arguments, on stream: TelemetryControl) throws -> JSON {
    switch call {
    case "close": stream.close()
    case "pause": stream.pause()
    case "resume": stream.resume()
    case "network_changed": stream.networkChanged()
    case "add": try stream.add(args.get(\.devices))
    case "remove": stream.remove(try args.get(\.devices))
    case "devices": return plain(stream.devices)
    case "drops": return plain(stream.drops)
    case "gaps": return plain(stream.gaps())
    case "snapshot": return plain(stream.snapshot())
    case "stats": return plain(stream.stats)
    default: throw Problem("stream.\(call) is not in the table")
    }
    return .null
}

/// All entries of a list, or the first few, page by page as they are asked for.
private func first<S: AsyncSequence>(_ count: Int?, of entries: S) async throws -> JSON {
    var taken: [JSON] = []
    for try await entry in entries {
        taken.append(plain(entry))
        if taken.count == count { break }
    }
    return .list(taken)
}

private func target(_ args: Arguments) throws -> FlexibilityTarget {
    let ids = args.targetIds ?? []
    return switch try args.get(\.targetType) {
    case "site": .sites(ids)
    case "operator": .operators(ids)
    default: .all
    }
}
