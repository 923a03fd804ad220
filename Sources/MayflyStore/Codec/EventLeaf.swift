package import MayflyCore

/// An event as the bytes of its leaf in the audit tree: proto/AUDIT.md, "The leaf".
///
/// One event has one encoding, and what can be decoded encodes to the same bytes again.
package enum EventLeaf {
    static let version: UInt8 = 1
    static let maximumDetailBytes = 1_024

    /// The optional fields, in the order in which a leaf has them. Numbers are never reused.
    private enum Tag: UInt8 {
        case app = 1
        case orchestration = 2
        case task = 3
        case instance = 4
        case grant = 5
        case token = 6
        case scope = 7
        case expiresAt = 8
        case uid = 9
        case pid = 10
        case count = 11
        case detail = 12
        case parent = 13
        case depth = 14
        case chainHash = 15
        case previousToken = 16
    }

    package static func encode(_ event: Event, sequence: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: 512)
        encode(event, sequence: sequence, time: event.time, into: &writer)
        return writer.withBytes { [UInt8]($0) }
    }

    static func encode(
        _ event: Event, sequence: UInt64, time: Instant, into writer: inout ByteWriter
    ) {
        writer.append(version)
        writer.append(sequence)
        writer.append(time.milliseconds)
        writer.append(event.kind.rawValue)
        writer.append(event.reason?.rawValue ?? 0)
        if let app = event.app { field(.app, app.bytes, &writer) }
        if let name = event.orchestration { field(.orchestration, name.bytes, &writer) }
        if let task = event.task { field(.task, task.bytes, &writer) }
        if let instance = event.instance { field(.instance, instance.rawValue, &writer) }
        if let grant = event.grant { field(.grant, grant, &writer) }
        if let token = event.token { field(.token, token, &writer) }
        if !event.scope.isEmpty { field(.scope, event.scope.joined, &writer) }
        if let expiresAt = event.expiresAt { field(.expiresAt, expiresAt.milliseconds, &writer) }
        if let uid = event.uid { field(.uid, uid.rawValue, &writer) }
        if let pid = event.pid { field(.pid, pid.rawValue, &writer) }
        if let count = event.count { field(.count, count, &writer) }
        if !event.detail.isEmpty {
            precondition(isDetail(event.detail), "a detail is 1,024 printable bytes at most")
            field(.detail, event.detail, &writer)
        }
        if let parent = event.parent { field(.parent, parent, &writer) }
        if let depth = event.depth { field(.depth, depth, &writer) }
        if let chainHash = event.chainHash { field(.chainHash, chainHash.bytes, &writer) }
        if let previous = event.previousToken { field(.previousToken, previous, &writer) }
    }

    package static func decode(
        _ bytes: [UInt8]
    ) throws(StoreFailure) -> (sequence: UInt64, event: Event) {
        do throws(Malformed) {
            return try bytes.withUnsafeBufferPointer { bytes throws(Malformed) in
                try decode(UnsafeRawBufferPointer(bytes))
            }
        } catch {
            throw StoreFailure.corruptLog(error.problem)
        }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(Malformed) -> (sequence: UInt64, event: Event) {
        var reader = ByteReader(bytes)
        guard try reader.number(UInt8.self) == version else { throw Malformed("unknown version") }
        let sequence = try reader.number(UInt64.self)
        let time = try reader.instant()
        guard let kind = EventKind(rawValue: try reader.number(UInt8.self)) else {
            throw Malformed("unknown kind")
        }
        var event = Event(time: time, kind: kind)
        let reason = try reader.number(UInt16.self)
        if reason != 0 {
            event.reason = Reason(rawValue: reason)
            guard event.reason != nil else { throw Malformed("unknown reason") }
        }
        var previous: UInt8 = 0
        while !reader.isAtEnd {
            let number = try reader.number(UInt8.self)
            guard let tag = Tag(rawValue: number) else { throw Malformed("unknown field") }
            guard number > previous else { throw Malformed("fields out of order") }
            previous = number
            let count = try reader.number(UInt16.self)
            try read(tag, of: try reader.bytes(Int(count)), into: &event)
        }
        return (sequence, event)
    }

    private static func read(
        _ tag: Tag, of bytes: UnsafeRawBufferPointer, into event: inout Event
    ) throws(Malformed) {
        var reader = ByteReader(bytes)
        switch tag {
        case .app: event.app = try name(bytes)
        case .orchestration: event.orchestration = try name(bytes)
        case .task: event.task = try name(bytes)
        case .scope:
            guard !bytes.isEmpty else { throw Malformed("an empty field") }
            event.scope = try TextList(stored: bytes)
        case .detail:
            guard !bytes.isEmpty, isDetail(bytes) else { throw Malformed("a bad detail") }
            event.detail = [UInt8](bytes)
        case .instance: event.instance = InstanceID(rawValue: try reader.number(UInt64.self))
        case .grant: event.grant = try reader.identifier(GrantID.self)
        case .token: event.token = try reader.identifier(TokenID.self)
        case .expiresAt: event.expiresAt = try reader.instant()
        case .uid: event.uid = UserID(rawValue: try reader.number(UInt32.self))
        case .pid: event.pid = ProcessID(rawValue: try reader.number(UInt32.self))
        case .count: event.count = try reader.number(UInt64.self)
        case .parent: event.parent = try reader.identifier(GrantID.self)
        case .depth: event.depth = try reader.number(UInt8.self)
        case .chainHash: event.chainHash = try reader.bytes32()
        case .previousToken: event.previousToken = try reader.identifier(TokenID.self)
        }
        switch tag {
        case .app, .orchestration, .task, .scope, .detail: break
        case .instance, .grant, .token, .expiresAt, .uid, .pid, .count, .parent, .depth,
            .chainHash, .previousToken:
            try reader.end()
        }
    }

    private static func name(_ bytes: UnsafeRawBufferPointer) throws(Malformed) -> Name {
        guard let name = Name(bytes) else { throw Malformed("a bad identifier") }
        return name
    }

    private static func isDetail(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count <= maximumDetailBytes && bytes.allSatisfy { 0x20...0x7E ~= $0 }
    }

    private static func field(_ tag: Tag, _ bytes: [UInt8], _ writer: inout ByteWriter) {
        writer.append(tag.rawValue)
        writer.append(UInt16(bytes.count))
        writer.append(bytes)
    }

    private static func field(
        _ tag: Tag, _ number: some FixedWidthInteger, _ writer: inout ByteWriter
    ) {
        writer.append(tag.rawValue)
        writer.append(UInt16(number.bitWidth / 8))
        writer.append(number)
    }

    private static func field(
        _ tag: Tag, _ identifier: some WideIdentifier, _ writer: inout ByteWriter
    ) {
        writer.append(tag.rawValue)
        writer.append(16 as UInt16)
        writer.append(identifier)
    }
}
