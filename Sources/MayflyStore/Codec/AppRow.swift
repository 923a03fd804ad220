internal import MayflyCore

/// An app as the bytes of its row. The serial is the row's key and not in the bytes.
///
/// The first byte is the version of this layout; lists are a count in two bytes and the items.
enum AppRow {
    private static let version: UInt8 = 1

    private struct Flags {
        static let sharesUid: UInt8 = 1
        static let removed: UInt8 = 2
        static let all = sharesUid | removed
    }

    static func encode(_ app: AppRecord, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(
            (app.sharesUid ? Flags.sharesUid : 0) | (app.removedAt == nil ? 0 : Flags.removed))
        writer.append(app.epoch)
        writer.append(app.defaultLifetimeSeconds)
        writer.append(app.maximumLifetimeSeconds)
        writer.append(app.createdAt.milliseconds)
        writer.append(app.position.rawValue)
        writer.append(app.name)
        writer.append(UInt16(app.ceiling.count))
        for scope in app.ceiling {
            writer.append(UInt16(scope.bytes.count))
            writer.append(scope.bytes)
        }
        writer.append(UInt16(app.uids.count))
        for uid in app.uids { writer.append(uid.rawValue) }
        writer.append(UInt16(app.orchestrations.count))
        for orchestration in app.orchestrations { writer.append(orchestration) }
        writer.append(UInt16(app.attestationKeys.count))
        for key in app.attestationKeys { writer.append(key) }
        if let removedAt = app.removedAt { writer.append(removedAt.milliseconds) }
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
        let position = LogPosition(rawValue: try reader.number(UInt64.self))
        let name = try reader.name()
        var app = AppRecord(
            serial: serial, name: name, ceiling: [], uids: [], orchestrations: [],
            attestationKeys: [], defaultLifetimeSeconds: defaultLifetimeSeconds,
            maximumLifetimeSeconds: maximumLifetimeSeconds,
            sharesUid: flags & Flags.sharesUid != 0, epoch: epoch, createdAt: createdAt,
            removedAt: nil, position: position)
        for _ in 0..<(try reader.number(UInt16.self)) { app.ceiling.append(try reader.scope()) }
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.uids.append(UserID(rawValue: try reader.number(UInt32.self)))
        }
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.orchestrations.append(try reader.name())
        }
        for _ in 0..<(try reader.number(UInt16.self)) {
            app.attestationKeys.append(try reader.bytes32())
        }
        if flags & Flags.removed != 0 { app.removedAt = try reader.instant() }
        try reader.end()
        return app
    }
}
