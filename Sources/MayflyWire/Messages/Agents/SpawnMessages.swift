private import CMayflyProto

/// `mayfly.v1.AgentSpec`: one agent to be spawned.
package struct AgentSpecMessage: UnpackedMessage, EncodableMessage {
    package var orchestration = ByteView.empty
    package var task = ByteView.empty
    package var scope: [ByteView] = []
    package var audience: [ByteView] = []
    package var publicKey = ByteView.empty
    package var ttlSeconds: UInt32 = 0
    package var lifetimeSeconds: UInt32 = 0
    /// A `mayfly.v1.Binding`, known or not.
    package var binding: Int32 = 0
    package var pid: UInt32 = 0
    package var maximumUses: UInt32 = 0
    package var byReference = false

    /// Values of `binding`.
    package static let bindingProcess: Int32 = 2
    package static let bindingConnection: Int32 = 3

    package static let schema = MessageSchema(mayfly__v1__agent_spec__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__AgentSpec.self)
        orchestration = ByteView(message.orch_id)
        task = ByteView(message.task_id)
        scope = Array(message.scope, message.n_scope) { ByteView($0) }
        audience = Array(message.audience, message.n_audience) { ByteView($0) }
        publicKey = ByteView(message.public_key)
        ttlSeconds = message.ttl_seconds
        lifetimeSeconds = message.lifetime_seconds
        binding = Int32(bitPattern: message.binding.rawValue)
        pid = message.pid
        maximumUses = message.max_uses
        byReference = message.by_reference != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, orchestration)
        writer.bytes(2, task)
        writer.elements(3, scope)
        writer.elements(4, audience)
        writer.bytes(5, publicKey)
        writer.number(6, ttlSeconds)
        writer.number(7, lifetimeSeconds)
        writer.signed(8, Int64(binding))
        writer.number(9, pid)
        writer.number(10, maximumUses)
        writer.flag(11, byReference)
    }
}

/// `mayfly.v1.SpawnBody`: what a spawn's proof covers.
package struct SpawnBodyMessage: UnpackedMessage, EncodableMessage {
    package var proofSequence: UInt64 = 0
    package var agent: AgentSpecMessage?

    package static let schema = MessageSchema(mayfly__v1__spawn_body__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__SpawnBody.self)
        proofSequence = message.proof_seq
        agent = AgentSpecMessage(ifPresent: message.agent)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, proofSequence)
        writer.message(2, agent)
    }
}

/// `mayfly.v1.SpawnBatchBody`: what a batch's proof covers.
package struct SpawnBatchBodyMessage: UnpackedMessage, EncodableMessage {
    package var proofSequence: UInt64 = 0
    package var agents: [AgentSpecMessage] = []

    package static let schema = MessageSchema(mayfly__v1__spawn_batch_body__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__SpawnBatchBody.self)
        proofSequence = message.proof_seq
        agents = Array(message.agents, message.n_agents)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.number(1, proofSequence)
        writer.messages(2, agents)
    }
}

/// `mayfly.v1.SpawnBatchRequest`. Its views are into the decoded bytes, as in a proven request.
package struct SpawnBatchRequestMessage: DecodableMessage, EncodableMessage {
    /// A serialized `SpawnBatchBody`.
    package var body = ByteView.empty
    package var proof = ByteView.empty
    package var attestationKey = ByteView.empty

    package static let schema = MessageSchema(mayfly__v1__spawn_batch_request__init)

    package init() {}

    package static func decode(
        scanned bytes: UnsafeRawBufferPointer, arena: MessageArena
    ) throws(DecodeFailure) -> SpawnBatchRequestMessage {
        var message = SpawnBatchRequestMessage()
        var walk = FieldWalk(bytes)
        while let field = try walk.next() {
            if field.number == 1 { message.body = field.bytes }
            if field.number == 2 { message.proof = field.bytes }
            if field.number == 3 { message.attestationKey = field.bytes }
        }
        return message
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, body)
        writer.bytes(2, proof)
        writer.bytes(3, attestationKey)
    }
}

/// `mayfly.v1.SpawnedAgent`: what a new agent is told.
package struct SpawnedAgentMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// Its SPIFFE ID.
    package var agentID: [UInt8] = []
    package var token: [UInt8] = []
    package var grantID: [UInt8] = []
    package var expiresAt: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__spawned_agent__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__SpawnedAgent.self)
        agentID = [UInt8](message.agent_id)
        token = [UInt8](message.token)
        grantID = [UInt8](message.grant_id)
        expiresAt = message.expires_at
    }

    package func encode(into writer: inout FieldWriter) {
        writer.bytes(1, agentID)
        writer.bytes(2, token)
        writer.bytes(3, grantID)
        writer.number(4, expiresAt)
    }
}

/// `mayfly.v1.SpawnResponse`, `RegisterResponse`, `RenewResponse` and `DelegateResponse`, which are
/// the same on the wire: an agent with its token.
package struct SpawnResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var agent: SpawnedAgentMessage?

    package static let schema = MessageSchema(mayfly__v1__spawn_response__init)

    package init(agent: SpawnedAgentMessage? = nil) { self.agent = agent }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__SpawnResponse.self)
        agent = SpawnedAgentMessage(ifPresent: message.agent)
    }

    package func encode(into writer: inout FieldWriter) { writer.message(1, agent) }
}

package typealias RegisterResponseMessage = SpawnResponseMessage
package typealias RenewResponseMessage = SpawnResponseMessage
package typealias DelegateResponseMessage = SpawnResponseMessage

/// `mayfly.v1.SpawnBatchResponse`.
package struct SpawnBatchResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var agents: [SpawnedAgentMessage] = []

    package static let schema = MessageSchema(mayfly__v1__spawn_batch_response__init)

    package init(agents: [SpawnedAgentMessage] = []) { self.agents = agents }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__SpawnBatchResponse.self)
        agents = Array(message.agents, message.n_agents)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, agents) }
}
