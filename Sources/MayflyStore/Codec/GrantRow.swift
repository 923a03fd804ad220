internal import MayflyCore

/// A grant as the bytes of its row. The serial is the row's key and not in the bytes.
///
/// The first byte is the version of this layout. All numbers are big-endian; every byte is
/// accounted for, so that what can be decoded encodes to the same bytes. A depth of 0 is an
/// agent's own grant; of any other the delegation follows. What a grant is bound to is last.
///
/// Version 1 had neither who is charged nor a process: such a row is charged to the share of those
/// whom nobody named, and is written anew when its grant changes.
enum GrantRow {
    private static let version: UInt8 = 2
    private static let firstVersion: UInt8 = 1

    private struct Flags {
        static let renewal: UInt8 = 1
        static let byReference: UInt8 = 2
        static let usesLeft: UInt8 = 4
        static let clockOffset: UInt8 = 8
        static let all = renewal | byReference | usesLeft | clockOffset

        static func of(_ grant: GrantRecord) -> UInt8 {
            (grant.renewal == nil ? 0 : renewal) | (grant.isByReference ? byReference : 0)
                | (grant.usesLeft == nil ? 0 : usesLeft)
                | (grant.clockOffset == .none ? 0 : clockOffset)
        }
    }

    static func encode(_ grant: GrantRecord, into writer: inout ByteWriter) {
        writer.append(version)
        writer.append(Flags.of(grant))
        writer.append(grant.proof.rawValue)
        writer.append(grant.binding.rawValue)
        writer.append(grant.depth)
        writer.append(grant.renewals)
        writer.append(grant.appEpoch)
        writer.append(grant.key.rawValue)
        writer.append(grant.share.rawValue)
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
        if let delegation = grant.delegation { writer.append(delegation) }
        if let renewal = grant.renewal { writer.append(renewal) }
        if let usesLeft = grant.usesLeft { writer.append(usesLeft) }
        if grant.clockOffset != .none { writer.append(grant.clockOffset.milliseconds) }
        if let bond = grant.bond { writer.append(bond) }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer, serial: Serial
    ) throws(Malformed) -> GrantRecord {
        var reader = ByteReader(bytes)
        let written = try reader.number(UInt8.self)
        guard firstVersion...version ~= written else { throw Malformed("unknown version") }
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
        let share =
            written == firstVersion
            ? UserShare.unnamed : UserShare(rawValue: try reader.number(UInt32.self))
        let id = try reader.identifier(GrantID.self)
        let token = try reader.identifier(TokenID.self)
        let instance = InstanceID(rawValue: try reader.number(UInt64.self))
        let app = Serial(rawValue: try reader.number(UInt64.self))
        let issuedAt = try reader.instant()
        let expiresAt = try reader.instant()
        let notAfter = try reader.instant()
        let position = try reader.position()
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
            unsignedDigest: unsignedDigest, position: position)
        grant.share = share
        grant.renewals = renewals
        grant.isByReference = flags & Flags.byReference != 0
        if depth != 0 { grant.delegation = try reader.delegation(depth: depth) }
        if flags & Flags.renewal != 0 { grant.renewal = try reader.identifier(RenewalID.self) }
        if flags & Flags.usesLeft != 0 { grant.usesLeft = try reader.number(UInt32.self) }
        if flags & Flags.clockOffset != 0 { grant.clockOffset = try reader.clockOffset() }
        grant.bond = try reader.bond(binding)
        try reader.end()
        return grant
    }
}

extension ByteWriter {
    /// All but its kind. Of a connection nothing: none outlives the broker that accepted it.
    fileprivate mutating func append(_ bond: Bond) {
        switch bond {
        case .process(let process), .processPid(let process):
            append(process.pid.rawValue)
            append(process.startTicks)
            append(process.inode)
        case .connection:
            return
        }
    }

    /// All but the depth. The hop's length is in four bytes.
    fileprivate mutating func append(_ delegation: Delegation) {
        append(delegation.parent)
        append(delegation.holder)
        append(delegation.root)
        append(delegation.subject.orchestration)
        append(delegation.subject.task)
        append(delegation.subject.instance.rawValue)
        append(UInt32(delegation.hop.count))
        append(delegation.hop)
    }
}

extension ByteReader {
    fileprivate mutating func delegation(depth: UInt8) throws(Malformed) -> Delegation {
        guard depth <= Limits.delegationDepth else { throw Malformed("too deep a delegation") }
        let parent = try identifier(GrantID.self)
        let holder = try identifier(GrantID.self)
        let root = try identifier(GrantID.self)
        let orchestration = try name()
        let task = try name()
        let instance = InstanceID(rawValue: try number(UInt64.self))
        let count = try number(UInt32.self)
        return Delegation(
            parent: parent, holder: holder, root: root,
            subject: AgentName(orchestration: orchestration, task: task, instance: instance),
            depth: depth, hop: try hop(Int(count)))
    }

    fileprivate mutating func bond(_ binding: Binding) throws(Malformed) -> Bond? {
        switch binding {
        case .none: nil
        case .process: .process(try boundProcess())
        case .processPid: .processPid(try boundProcess())
        case .connection: .connection(.earlier)
        }
    }

    private mutating func boundProcess() throws(Malformed) -> BoundProcess {
        BoundProcess(
            pid: ProcessID(rawValue: try number(UInt32.self)),
            startTicks: try number(UInt64.self), inode: try number(UInt64.self))
    }

    /// It goes into tokens as it is: the alphabet of a compact JWS is that of an identifier.
    private mutating func hop(_ count: Int) throws(Malformed) -> [UInt8] {
        let hop = try bytes(count)
        guard !hop.isEmpty, hop.allSatisfy({ Name.isIdentifierByte($0) }) else {
            throw Malformed("a bad hop")
        }
        return [UInt8](hop)
    }

    /// Of a row that has one: never 0.
    fileprivate mutating func clockOffset() throws(Malformed) -> ClockOffset {
        guard let offset = ClockOffset(stored: try number(Int64.self)), offset != .none else {
            throw Malformed("a bad clock offset")
        }
        return offset
    }
}
