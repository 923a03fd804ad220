internal import MayflyCore
internal import MayflyWire

extension GrantSummaryMessage {
    init(_ grant: Broker.ListedGrant, issuer: TokenIssuer) {
        self.init()
        let record = grant.record
        func told(_ instant: Instant) -> UInt64 { instant.shifted(by: record.clockOffset).seconds }
        grantID = record.id.text
        agentID = String(decoding: issuer.subject(of: record.subject), as: UTF8.self)
        app = grant.app.text
        scope = record.scope.words.map { String(decoding: $0, as: UTF8.self) }
        audience = record.audience.words.map { String(decoding: $0, as: UTF8.self) }
        orchestration = record.orchestration.text
        task = record.task.text
        issuedAt = told(record.issuedAt)
        expiresAt = told(record.expiresAt)
        notAfter = told(record.notAfter)
        parentGrantID = record.parent?.text ?? ""
        holderGrantID = record.holder?.text ?? ""
        depth = UInt32(record.depth)
        renewals = UInt32(record.renewals)
        usesLeft = record.usesLeft
        state = AgentStateMessage(rawValue: Int32(grant.state.rawValue))
        heartbeatAgeSeconds = UInt32(clamping: grant.heartbeatAgeSeconds ?? 0)
        isFlagged = grant.isFlagged
        proof = "\(record.proof.claim)"
    }
}
