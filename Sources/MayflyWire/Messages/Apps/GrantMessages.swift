private import CMayflyProto

/// `mayfly.v1.GrantSummary`: a live grant as its app and the operator see it.
package struct GrantSummaryMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var grantID = ""
    package var agentID = ""
    package var app = ""
    package var scope: [String] = []
    package var expiresAt: UInt64 = 0
    /// Of a delegated grant: the delegator's grant, and the delegate's own.
    package var parentGrantID = ""
    package var holderGrantID = ""
    package var orchestration = ""
    package var task = ""
    package var depth: UInt32 = 0
    package var issuedAt: UInt64 = 0
    package var notAfter: UInt64 = 0
    package var renewals: UInt32 = 0
    /// Nil where its uses are not limited.
    package var usesLeft: UInt32?
    /// As the agent said last; unspecified before its first heartbeat.
    package var state = AgentStateMessage.unspecified
    package var heartbeatAgeSeconds: UInt32 = 0
    package var isFlagged = false
    package var audience: [String] = []
    package var proof = ""

    package static let schema = MessageSchema(mayfly__v1__grant_summary__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__GrantSummary.self)
        grantID = String(message.grant_id)
        agentID = String(message.agent_id)
        app = String(message.app)
        scope = Array(message.scope, message.n_scope) { String($0) }
        expiresAt = message.expires_at
        parentGrantID = String(message.parent_grant_id)
        holderGrantID = String(message.holder_grant_id)
        orchestration = String(message.orch_id)
        task = String(message.task_id)
        depth = message.depth
        issuedAt = message.issued_at
        notAfter = message.not_after
        renewals = message.renewals
        if message.has_uses != 0 { usesLeft = message.uses_left }
        state = AgentStateMessage(message.state)
        heartbeatAgeSeconds = message.heartbeat_age_seconds
        isFlagged = message.is_flagged != 0
        audience = Array(message.audience, message.n_audience) { String($0) }
        proof = String(message.proof)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, grantID)
        writer.text(2, agentID)
        writer.text(3, app)
        writer.elements(4, scope)
        writer.number(5, expiresAt)
        writer.text(6, parentGrantID)
        writer.text(7, holderGrantID)
        writer.text(8, orchestration)
        writer.text(9, task)
        writer.number(10, depth)
        writer.number(11, issuedAt)
        writer.number(12, notAfter)
        writer.number(13, renewals)
        writer.flag(14, usesLeft != nil)
        writer.number(15, usesLeft ?? 0)
        writer.enumeration(16, state)
        writer.number(17, heartbeatAgeSeconds)
        writer.flag(18, isFlagged)
        writer.elements(19, audience)
        writer.text(20, proof)
    }
}

/// `mayfly.v1.AppsListGrantsRequest`: an app's own grants. Empty filters mean any.
package struct AppsListGrantsRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable
{
    package var orchestration = ""
    package var task = ""
    /// 0 takes 100.
    package var limit: UInt32 = 0
    /// As the page before gave it.
    package var cursor = ""

    package static let schema = MessageSchema(mayfly__v1__apps_list_grants_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__AppsListGrantsRequest.self)
        orchestration = String(message.orch_id)
        task = String(message.task_id)
        limit = message.limit
        cursor = String(message.cursor)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, orchestration)
        writer.text(2, task)
        writer.number(3, limit)
        writer.text(4, cursor)
    }
}

/// `mayfly.v1.ListGrantsRequest`: the operator's. Empty filters mean any.
package struct ListGrantsRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app = ""
    package var orchestration = ""
    package var task = ""
    /// 0 takes 100.
    package var limit: UInt32 = 0
    /// As the page before gave it.
    package var cursor = ""

    package static let schema = MessageSchema(mayfly__v1__list_grants_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ListGrantsRequest.self)
        app = String(message.app)
        orchestration = String(message.orch_id)
        task = String(message.task_id)
        limit = message.limit
        cursor = String(message.cursor)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, app)
        writer.text(2, orchestration)
        writer.text(3, task)
        writer.number(4, limit)
        writer.text(5, cursor)
    }
}

/// `mayfly.v1.ListGrantsResponse` and `AppsListGrantsResponse`, which are the same on the wire.
package struct ListGrantsResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var grants: [GrantSummaryMessage] = []
    /// Empty at the end.
    package var cursor = ""

    package static let schema = MessageSchema(mayfly__v1__list_grants_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ListGrantsResponse.self)
        grants = Array(message.grants, message.n_grants)
        cursor = String(message.cursor)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.messages(1, grants)
        writer.text(2, cursor)
    }
}

package typealias AppsListGrantsResponseMessage = ListGrantsResponseMessage
