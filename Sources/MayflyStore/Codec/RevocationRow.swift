internal import MayflyCore

/// A revocation record as the bytes of its row. The serial is the row's key and not in the bytes.
enum RevocationRow {
    private static let version: UInt8 = 1

    private struct Flags {
        static let orchestration: UInt8 = 1
        static let allowsNew: UInt8 = 2
        static let all = orchestration | allowsNew
    }

    static func encode(_ record: RevocationRecord, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(
            (record.orchestration == nil ? 0 : Flags.orchestration)
                | (record.allowsNew ? Flags.allowsNew : 0))
        writer.append(record.createdAt.milliseconds)
        writer.append(record.lapsesAt.milliseconds)
        writer.append(record.position.rawValue)
        writer.append(record.task)
        if let orchestration = record.orchestration { writer.append(orchestration) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, serial: Serial
    ) throws(Malformed) -> RevocationRecord {
        var reader = ByteReader(bytes)
        guard try reader.number(UInt8.self) == version else { throw Malformed("unknown version") }
        let flags = try reader.number(UInt8.self)
        guard flags & ~Flags.all == 0 else { throw Malformed("unknown flags") }
        let createdAt = try reader.instant()
        let lapsesAt = try reader.instant()
        let position = try reader.position()
        let task = try reader.name()
        let orchestration = flags & Flags.orchestration == 0 ? nil : try reader.name()
        try reader.end()
        return RevocationRecord(
            serial: serial, orchestration: orchestration, task: task,
            allowsNew: flags & Flags.allowsNew != 0, createdAt: createdAt, lapsesAt: lapsesAt,
            position: position)
    }
}
