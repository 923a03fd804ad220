internal import MayflyCore

/// A signing key's public half as the bytes of its row. The number is the row's key and not in the
/// bytes.
enum KeyRow {
    private static let version: UInt8 = 1

    static func encode(_ key: KeyRecord, into writer: inout ByteWriter) {
        precondition(
            (key.notAfter == nil) == (key.state == .current), "a key ends when it is not current")
        writer.append(version)
        writer.append(key.state.rawValue)
        writer.append(key.publicKey)
        writer.append(key.notBefore.milliseconds)
        writer.append(key.position.rawValue)
        if let notAfter = key.notAfter { writer.append(notAfter.milliseconds) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, key: Serial
    ) throws(Malformed) -> KeyRecord {
        guard let number = UInt32(exactly: key.rawValue) else { throw Malformed("a bad number") }
        var reader = ByteReader(bytes)
        guard try reader.number(UInt8.self) == version else { throw Malformed("unknown version") }
        guard let state = KeyRecord.State(rawValue: try reader.number(UInt8.self)) else {
            throw Malformed("unknown state")
        }
        let publicKey = try reader.bytes32()
        let notBefore = try reader.instant()
        let position = try reader.position()
        let notAfter = state == .current ? nil : try reader.instant()
        try reader.end()
        return KeyRecord(
            number: KeyNumber(rawValue: number), publicKey: publicKey, state: state,
            notBefore: notBefore, notAfter: notAfter, position: position)
    }
}
