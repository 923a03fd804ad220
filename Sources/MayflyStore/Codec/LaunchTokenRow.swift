internal import MayflyCore

/// A launch token as the bytes of its row. The serial is the row's key and not in the bytes.
///
/// Version 1 did not say who is charged.
enum LaunchTokenRow {
    private static let version: UInt8 = 2
    private static let firstVersion: UInt8 = 1

    private struct Flags {
        static let label: UInt8 = 1
    }

    static func encode(_ token: LaunchToken, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(token.label == nil ? 0 : Flags.label)
        writer.append(token.app.rawValue)
        writer.append(token.appEpoch)
        writer.append(token.share.rawValue)
        writer.append(token.maximumLifetimeSeconds)
        writer.append(token.expiresAt.milliseconds)
        writer.append(token.position.rawValue)
        writer.append(token.digest)
        writer.append(token.ceiling)
        if let label = token.label { writer.append(label) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, serial: Serial
    ) throws(Malformed) -> LaunchToken {
        var reader = ByteReader(bytes)
        let written = try reader.number(UInt8.self)
        guard firstVersion...version ~= written else { throw Malformed("unknown version") }
        let flags = try reader.number(UInt8.self)
        guard flags & ~Flags.label == 0 else { throw Malformed("unknown flags") }
        let app = Serial(rawValue: try reader.number(UInt64.self))
        let appEpoch = try reader.number(UInt32.self)
        let share =
            written == firstVersion
            ? UserShare.unnamed : UserShare(rawValue: try reader.number(UInt32.self))
        let maximumLifetimeSeconds = try reader.number(UInt32.self)
        let expiresAt = try reader.instant()
        let position = try reader.position()
        let digest = try reader.bytes32()
        let ceiling = try reader.scopes()
        let label = flags & Flags.label == 0 ? nil : try reader.name()
        try reader.end()
        return LaunchToken(
            serial: serial, digest: digest, label: label, app: app, appEpoch: appEpoch,
            ceiling: ceiling, expiresAt: expiresAt,
            maximumLifetimeSeconds: maximumLifetimeSeconds, share: share, position: position)
    }
}
