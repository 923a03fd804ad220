internal import MayflyCore
internal import MayflyCrypto

/// The payloads: canonical JSON of fixed order, without white space and without escapes, because
/// every string in them comes from an alphabet that needs none. `grant` is first, at a fixed place,
/// so that a presented token says which entry to compare with without being parsed.
extension TokenIssuer {
    /// What a payload takes besides its scopes and its lineage, about.
    private static let usualBytes = 640

    func claims(of grant: borrowing GrantRecord, app: Name, lineage: [[UInt8]]) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(
            Self.usualBytes + grant.scope.joined.count
                + lineage.reduce(0) { $0 + $1.count + 3 })
        appendStart(of: grant, to: &payload)
        appendSubject(of: grant, to: &payload)
        appendTimes(of: grant, to: &payload)
        appendAuthority(of: grant, app: app, to: &payload)
        if grant.isOnline { payload.append(#","online":true"#) }
        appendLineage(lineage, to: &payload)
        payload.append(UInt8(ascii: "}"))
        return payload
    }

    /// The payload of a token that names its grant and says no more.
    func reference(to grant: borrowing GrantRecord) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(160 + issuerClaim.count)
        appendStart(of: grant, to: &payload)
        payload.append(#","exp":"#)
        payload.append(decimal: grant.expiresAt.shifted(by: grant.clockOffset).seconds)
        payload.append(#","online":true}"#)
        return payload
    }

    /// As `RootStatement` of MayflyCrypto reads it; written here without its checks, which the core
    /// has made.
    func rootStatement(of grant: borrowing GrantRecord) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(Self.usualBytes + grant.scope.joined.count)
        json.append(#"{"agent":""#)
        json.append(subject: grant.subject, start: subjectStart)
        json.append(#"","key":""#)
        grant.publicKey.withBytes { Base64URL.append($0, to: &json) }
        json.append(#"","scope":["#)
        json.append(quoted: grant.scope)
        if !grant.audience.isEmpty {
            json.append(#"],"aud":["#)
            json.append(quoted: grant.audience)
        }
        json.append(#"],"not_after":"#)
        json.append(decimal: grant.notAfter.shifted(by: grant.clockOffset).seconds)
        json.append(#","grant":""#)
        json.append(hex: grant.id)
        json.append(#""}"#)
        return Base64URL.encode(json)
    }

    // MARK: In the order of the payload

    private func appendStart(of grant: borrowing GrantRecord, to payload: inout [UInt8]) {
        payload.append(#"{"grant":""#)
        payload.append(hex: grant.id)
        payload.append(#"","jti":""#)
        payload.append(hex: grant.token)
        payload += issuerClaim
    }

    private func appendSubject(of grant: borrowing GrantRecord, to payload: inout [UInt8]) {
        payload.append(#","sub":""#)
        payload.append(subject: grant.subject, start: subjectStart)
        payload.append(UInt8(ascii: "\""))
        if !grant.audience.isEmpty {
            payload.append(#","aud":["#)
            payload.append(quoted: grant.audience)
            payload.append(UInt8(ascii: "]"))
        }
    }

    /// The times are told: the broker's own, and what the operator accepted on top of them.
    private func appendTimes(of grant: borrowing GrantRecord, to payload: inout [UInt8]) {
        let issuedAt = grant.issuedAt.shifted(by: grant.clockOffset).seconds
        payload.append(#","exp":"#)
        payload.append(decimal: grant.expiresAt.shifted(by: grant.clockOffset).seconds)
        payload.append(#","nbf":"#)
        payload.append(decimal: issuedAt)
        payload.append(#","iat":"#)
        payload.append(decimal: issuedAt)
    }

    private func appendAuthority(
        of grant: borrowing GrantRecord, app: Name, to payload: inout [UInt8]
    ) {
        payload.append(#","scope":["#)
        payload.append(quoted: grant.scope)
        payload.append(#"],"task_id":""#)
        payload += grant.task.bytes
        payload.append(#"","orch_id":""#)
        payload += grant.orchestration.bytes
        payload.append(#"","app_id":""#)
        payload += app.bytes
        payload.append(#"","cnf":{"jkt":""#)
        Ed25519PublicKey(grant.publicKey).appendThumbprint(to: &payload)
        payload.append(#""},"binding":""#)
        payload.append(grant.binding.claim)
        payload.append(#"","proof":""#)
        payload.append(grant.proof.claim)
        payload.append(UInt8(ascii: "\""))
    }

    /// The root statement and every hop behind a delegated grant, oldest first.
    private func appendLineage(_ lineage: [[UInt8]], to payload: inout [UInt8]) {
        guard let root = lineage.first, let last = lineage.last, lineage.count > 1 else { return }
        payload.append(#","root":""#)
        payload += root
        payload.append(#"","delegation_chain":[""#)
        for (place, hop) in lineage.dropFirst().enumerated() {
            if place > 0 { payload.append(#"",""#) }
            payload += hop
        }
        payload.append(#""],"chain_hash":""#)
        SHA256.digest(last).withBytes { Hex.append($0, to: &payload) }
        payload.append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    mutating func append(subject agent: AgentName, start: [UInt8]) {
        self += start
        self += agent.orchestration.bytes
        append(UInt8(ascii: "/"))
        self += agent.task.bytes
        append(UInt8(ascii: "/"))
        append(hex: agent.instance.rawValue)
    }
}

extension Proof {
    var claim: StaticString {
        switch self {
        case .agent: "agent"
        case .attested: "attested"
        case .legacy: "legacy"
        }
    }
}

extension Binding {
    var claim: StaticString {
        switch self {
        case .none: "none"
        case .process: "process"
        case .processPid: "process-pid"
        case .connection: "connection"
        }
    }
}
