private import CMayflyProto

/// `mayfly.v1.QueryEventsRequest`.
package struct QueryEventsRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var agentID = ""
    package var task = ""
    package var orchestration = ""
    package var app = ""
    package var eventType = ""
    package var outcome = ""
    package var sinceMilliseconds: UInt64 = 0
    package var untilMilliseconds: UInt64 = 0
    package var beforeSequence: UInt64 = 0
    package var fromSequence: UInt64 = 0
    package var ascending = false
    package var limit: UInt32 = 0

    package static let schema = MessageSchema(mayfly__v1__query_events_request__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__QueryEventsRequest.self)
        agentID = String(message.agent_id)
        task = String(message.task_id)
        orchestration = String(message.orch_id)
        app = String(message.app)
        eventType = String(message.event_type)
        outcome = String(message.outcome)
        sinceMilliseconds = message.since_milliseconds
        untilMilliseconds = message.until_milliseconds
        beforeSequence = message.before_sequence
        fromSequence = message.from_sequence
        ascending = message.ascending != 0
        limit = message.limit
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, agentID)
        writer.text(2, task)
        writer.text(3, orchestration)
        writer.text(4, app)
        writer.text(5, eventType)
        writer.text(6, outcome)
        writer.number(7, sinceMilliseconds)
        writer.number(8, untilMilliseconds)
        writer.number(9, beforeSequence)
        writer.number(10, fromSequence)
        writer.flag(11, ascending)
        writer.number(12, limit)
    }
}

/// `mayfly.v1.Event`.
package struct EventMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var sequence: UInt64 = 0
    package var timeMilliseconds: UInt64 = 0
    package var eventType = ""
    package var outcome = ""
    package var reason = ""
    package var app = ""
    package var orchestration = ""
    package var task = ""
    package var agentID = ""
    package var grantID = ""
    package var tokenID = ""
    package var scope: [String] = []
    package var uid: UInt32 = 0
    package var pid: UInt32 = 0
    package var count: UInt64 = 0
    package var detail = ""
    /// Of a delegation.
    package var parentGrantID = ""
    package var depth: UInt32 = 0
    package var chainHash = ""
    /// Of a renewal: the token that it replaced.
    package var previousTokenID = ""

    package static let schema = MessageSchema(mayfly__v1__event__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__Event.self)
        sequence = message.sequence
        timeMilliseconds = message.time_milliseconds
        eventType = String(message.event_type)
        outcome = String(message.outcome)
        reason = String(message.reason)
        app = String(message.app)
        orchestration = String(message.orch_id)
        task = String(message.task_id)
        agentID = String(message.agent_id)
        grantID = String(message.grant_id)
        tokenID = String(message.token_id)
        scope = Array(message.scope, message.n_scope) { String($0) }
        uid = message.uid
        pid = message.pid
        count = message.count
        detail = String(message.detail)
        parentGrantID = String(message.parent_grant_id)
        depth = message.depth
        chainHash = String(message.chain_hash)
        previousTokenID = String(message.previous_token_id)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, sequence)
        writer.number(2, timeMilliseconds)
        writer.text(3, eventType)
        writer.text(4, outcome)
        writer.text(5, reason)
        writer.text(6, app)
        writer.text(7, orchestration)
        writer.text(8, task)
        writer.text(9, agentID)
        writer.text(10, grantID)
        writer.text(11, tokenID)
        writer.elements(12, scope)
        writer.number(13, uid)
        writer.number(14, pid)
        writer.number(15, count)
        writer.text(16, detail)
        writer.text(17, parentGrantID)
        writer.number(18, depth)
        writer.text(19, chainHash)
        writer.text(20, previousTokenID)
    }
}

/// `mayfly.v1.QueryEventsResponse`.
package struct QueryEventsResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var events: [EventMessage] = []
    package var nextSequence: UInt64 = 0
    package var done = false
    package var treeSize: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__query_events_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__QueryEventsResponse.self)
        events = Array(message.events, message.n_events)
        nextSequence = message.next_sequence
        done = message.done != 0
        treeSize = message.tree_size
    }

    package func encode(into writer: inout FieldWriter) {
        writer.messages(1, events)
        writer.number(2, nextSequence)
        writer.flag(3, done)
        writer.number(4, treeSize)
    }
}

/// `mayfly.v1.CheckpointRequest`.
package struct CheckpointRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__checkpoint_request__init)
    package init() {}
}

/// `mayfly.v1.CheckpointResponse`.
package struct CheckpointResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var checkpoint = ""

    package static let schema = MessageSchema(mayfly__v1__checkpoint_response__init)

    package init(checkpoint: String = "") { self.checkpoint = checkpoint }

    init(_ unpacked: UnpackedPointer) {
        checkpoint = String(unpacked.load(as: Mayfly__V1__CheckpointResponse.self).checkpoint)
    }

    package func encode(into writer: inout FieldWriter) { writer.text(1, checkpoint) }
}
