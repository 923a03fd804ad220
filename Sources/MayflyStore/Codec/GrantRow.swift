internal import MayflyCore

/// A grant as the bytes of its row. The serial is the row's key and not in the bytes.
///
/// The first byte is the version of this layout. All numbers are big-endian; every byte is
/// accounted for, so that what can be decoded encodes to the same bytes.
enum GrantRow {
    private static let version: UInt8 = 1

    private struct Flags {
        static let parent: UInt8 = 1
        static let holder: UInt8 = 2
        static let usesLeft: UInt8 = 4
        static let all = parent | holder | usesLeft
    }

    static func encode(_ grant: GrantRecord, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(
            (grant.parent == nil ? 0 : Flags.parent) | (grant.holder == nil ? 0 : Flags.holder)
                | (grant.usesLeft == nil ? 0 : Flags.usesLeft))
        writer.append(grant.proof.rawValue)
        writer.append(grant.binding.rawValue)
        writer.append(grant.depth)
        writer.append(grant.renewals)
        writer.append(grant.appEpoch)
        writer.append(grant.key.rawValue)
        writer.append(grant.id)
        writer.append(grant.token)
        writer.append(grant.instance.rawValue)
        writer.append(grant.app.rawValue)
        writer.append(grant.issuedAt.milliseconds)
        writer.append(grant.expiresAt.milliseconds)
        writer.append(grant.notAfter.milliseconds)
        writer.append(grant.position.rawValue)
        writer.append(grant.publicKey)
        writer.append(grant.unsignedDigest)
        writer.append(grant.orchestration)
        writer.append(grant.task)
        writer.append(grant.scope)
        writer.append(grant.audience)
        if let parent = grant.parent { writer.append(parent) }
        if let holder = grant.holder { writer.append(holder) }
        if let usesLeft = grant.usesLeft { writer.append(usesLeft) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, serial: Serial
    ) throws(Malformed) -> GrantRecord {
        var reader = ByteReader(bytes)
        guard try reader.number(UInt8.self) == version else { throw Malformed("unknown version") }
        let flags = try reader.number(UInt8.self)
        guard flags & ~Flags.all == 0 else { throw Malformed("unknown flags") }
        guard let proof = Proof(rawValue: try reader.number(UInt8.self)) else {
            throw Malformed("unknown proof")
        }
        guard let binding = Binding(rawValue: try reader.number(UInt8.self)) else {
            throw Malformed("unknown binding")
        }
        let depth = try reader.number(UInt8.self)
        let renewals = try reader.number(UInt16.self)
        let appEpoch = try reader.number(UInt32.self)
        let key = KeyNumber(rawValue: try reader.number(UInt32.self))
        let id = try reader.identifier(GrantID.self)
        let token = try reader.identifier(TokenID.self)
        let instance = InstanceID(rawValue: try reader.number(UInt64.self))
        let app = Serial(rawValue: try reader.number(UInt64.self))
        let issuedAt = try reader.instant()
        let expiresAt = try reader.instant()
        let notAfter = try reader.instant()
        let position = LogPosition(rawValue: try reader.number(UInt64.self))
        let publicKey = try reader.bytes32()
        let unsignedDigest = try reader.bytes32()
        let orchestration = try reader.name()
        let task = try reader.name()
        let scope = try reader.textList()
        var grant = GrantRecord(
            serial: serial, id: id, token: token, instance: instance,
            orchestration: orchestration, task: task, app: app, appEpoch: appEpoch, key: key,
            publicKey: publicKey, scope: scope, audience: try reader.textList(),
            issuedAt: issuedAt, expiresAt: expiresAt, notAfter: notAfter, proof: proof,
            binding: binding, unsignedDigest: unsignedDigest, position: position)
        grant.depth = depth
        grant.renewals = renewals
        if flags & Flags.parent != 0 { grant.parent = try reader.identifier(GrantID.self) }
        if flags & Flags.holder != 0 { grant.holder = try reader.identifier(GrantID.self) }
        if flags & Flags.usesLeft != 0 { grant.usesLeft = try reader.number(UInt32.self) }
        try reader.end()
        return grant
    }
}
