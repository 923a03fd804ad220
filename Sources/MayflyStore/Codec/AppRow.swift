internal import MayflyCore

/// An app as the bytes of its row. The serial is the row's key and not in the bytes.
///
/// The first byte is the version of this layout; lists are a count in two bytes and the items.
/// What an app need not have is at the end and has a flag; a flag never stands for nothing.
enum AppRow {
    private static let version: UInt8 = 1

    private struct Flags {
        static let sharesUid: UInt8 = 1
        static let removed: UInt8 = 2
        static let delegatesAcrossApps: UInt8 = 4
        /// It has or had a secret.
        static let secretGenerations: UInt8 = 8
        static let secret: UInt8 = 16
        static let heartbeat: UInt8 = 32
        static let all =
            sharesUid | removed | delegatesAcrossApps | secretGenerations | secret | heartbeat

        static func of(_ app: AppRecord) -> UInt8 {
            (app.sharesUid ? sharesUid : 0) | (app.removedAt == nil ? 0 : removed)
                | (app.delegatesAcrossApps ? delegatesAcrossApps : 0)
                | (app.secretGenerations == 0 ? 0 : secretGenerations)
                | (app.secret == nil ? 0 : secret) | (app.heartbeat == .none ? 0 : heartbeat)
        }
    }

    static func encode(_ app: AppRecord, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(Flags.of(app))
        writer.append(app.epoch)
        writer.append(app.defaultLifetimeSeconds)
        writer.append(app.maximumLifetimeSeconds)
        writer.append(app.createdAt.milliseconds)
        writer.append(app.position.rawValue)
        writer.append(app.name)
        writer.append(app.ceiling)
        writer.append(UInt16(app.uids.count))
        for uid in app.uids { writer.append(uid.rawValue) }
        writer.append(UInt16(app.orchestrations.count))
        for orchestration in app.orchestrations { writer.append(orchestration) }
        writer.append(UInt16(app.attestationKeys.count))
        for key in app.attestationKeys { writer.append(key) }
        if let removedAt = app.removedAt { writer.append(removedAt.milliseconds) }
        if app.secretGenerations != 0 { writer.append(app.secretGenerations) }
        if let secret = app.secret {
            writer.append(secret.clientID)
            writer.append(secret.digest)
            writer.append(secret.generation)
        }
        if app.heartbeat != .none {
            writer.append(app.heartbeat.policy.rawValue)
            writer.append(app.heartbeat.intervalSeconds)
        }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, serial: Serial
    ) throws(Malformed) -> AppRecord {
        var reader = ByteReader(bytes)
        guard try reader.number(UInt8.self) == version else { throw Malformed("unknown version") }
        let flags = try reader.number(UInt8.self)
        guard flags & ~Flags.all == 0 else { throw Malformed("unknown flags") }
        let epoch = try reader.number(UInt32.self)
        let defaultLifetimeSeconds = try reader.number(UInt32.self)
        let maximumLifetimeSeconds = try reader.number(UInt32.self)
        let createdAt = try reader.instant()
        let position = try reader.position()
        let name = try reader.name()
        var app = AppRecord(
            serial: serial, name: name, ceiling: try reader.scopes(), uids: [],
            orchestrations: [], attestationKeys: [],
            defaultLifetimeSeconds: defaultLifetimeSeconds,
            maximumLifetimeSeconds: maximumLifetimeSeconds,
            sharesUid: flags & Flags.sharesUid != 0, epoch: epoch, createdAt: createdAt,
            removedAt: nil, position: position)
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.uids.append(UserID(rawValue: try reader.number(UInt32.self)))
        }
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.orchestrations.append(try reader.name())
        }
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.attestationKeys.append(try reader.bytes32())
        }
        app.delegatesAcrossApps = flags & Flags.delegatesAcrossApps != 0
        if flags & Flags.removed != 0 { app.removedAt = try reader.instant() }
        if flags & Flags.secretGenerations != 0 {
            app.secretGenerations = try reader.number(UInt32.self)
            guard app.secretGenerations != 0 else { throw Malformed("a secret that never was") }
        }
        if flags & Flags.secret != 0 { app.secret = try reader.secret(of: app) }
        if flags & Flags.heartbeat != 0 { app.heartbeat = try reader.heartbeat() }
        try reader.end()
        return app
    }
}

extension ByteReader {
    fileprivate mutating func secret(of app: AppRecord) throws(Malformed) -> AppSecret {
        let clientID = try name()
        let digest = try bytes32()
        let generation = try number(UInt32.self)
        guard generation != 0, generation <= app.secretGenerations else {
            throw Malformed("a secret of no generation")
        }
        return AppSecret(clientID: clientID, digest: digest, generation: generation)
    }

    fileprivate mutating func heartbeat() throws(Malformed) -> HeartbeatTerms {
        guard let policy = HeartbeatTerms.Policy(rawValue: try number(UInt8.self)) else {
            throw Malformed("unknown heartbeat policy")
        }
        let terms = HeartbeatTerms(policy: policy, intervalSeconds: try number(UInt32.self))
        guard terms != .none else { throw Malformed("a heartbeat that is none") }
        return terms
    }
}
