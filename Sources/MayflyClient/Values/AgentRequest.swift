internal import MayflyWire

/// One agent to be spawned.
public struct AgentRequest: Sendable {
    /// Orchestration id: 1 to 128 bytes of `[A-Za-z0-9._-]`, never `.` or `..`. Nil takes the
    /// client's default (`ClientOptions.orchestration`).
    public var orchestration: String?
    /// Task id: the same alphabet and length.
    public var task: String
    /// 1 to 32 scopes `action:resource:identifier`, each at most 256 bytes of printable ASCII
    /// without space, quote, backslash and comma, inside the app's ceiling.
    public var scope: [String]
    /// At most 8 audiences of 1 to 256 bytes, of the same characters; the token's `aud`.
    public var audience: [String]
    /// Life of the token, rounded up to whole seconds; at least one, at most the app's maximum. Nil
    /// takes the app's default.
    public var lifetime: Duration?
    /// How long from now the grant may be renewed, rounded up to whole seconds; at most the app's
    /// maximum. Nil means as long as the first token: such a grant cannot be renewed past it.
    public var totalLifetime: Duration?
    /// How many uses the grant and all that is delegated from it may consume, from 1; nil sets no
    /// limit. Only the broker can count: see `MayflyClient.validate`.
    public var maximumUses: UInt32?
    /// Issue a short token that the broker resolves, for tokens that travel in HTTP headers.
    public var byReference: Bool
    /// What the grant ends with, beyond its expiry.
    public var binding: AgentBinding
    /// The agent's key, which no other live agent may have. Nil makes a fresh one.
    public var key: AgentKey?

    /// An agent for a task.
    public init(
        orchestration: String? = nil, task: String, scope: [String], audience: [String] = [],
        lifetime: Duration? = nil, totalLifetime: Duration? = nil, maximumUses: UInt32? = nil,
        byReference: Bool = false, binding: AgentBinding = .none, key: AgentKey? = nil
    ) {
        self.orchestration = orchestration
        self.task = task
        self.scope = scope
        self.audience = audience
        self.lifetime = lifetime
        self.totalLifetime = totalLifetime
        self.maximumUses = maximumUses
        self.byReference = byReference
        self.binding = binding
        self.key = key
    }
}

/// What a grant's life hangs on beyond its expiry.
public enum AgentBinding: Equatable, Sendable {
    /// Nothing.
    case none
    /// The process with this id: a descendant of the caller's, or, in a registration, the caller.
    /// The grant ends when it exits, whoever ended it.
    case process(id: UInt32)
    /// The connection that it is asked for on, and the process that opened that. A client opens
    /// another when it has lost one: the grant is gone then.
    case connection

    /// The process that registers itself.
    public static let ownProcess = AgentBinding.process(id: 0)
}

/// A request with nothing left open.
struct ResolvedAgentRequest: Sendable {
    let orchestration: String
    let task: String
    let scope: [String]
    let audience: [String]
    /// 0 takes the app's default.
    let lifetimeSeconds: UInt32
    /// 0 means as long as the first token.
    let totalLifetimeSeconds: UInt32
    /// 0 sets no limit.
    let maximumUses: UInt32
    let byReference: Bool
    let binding: AgentBinding
    let key: AgentKey

    init(_ request: AgentRequest, _ options: ClientOptions) throws(MayflyError) {
        guard let orchestration = request.orchestration ?? options.orchestration else {
            throw .invalidRequest("Name an orchestration, here or in the client's options.")
        }
        self.orchestration = orchestration
        task = request.task
        scope = request.scope
        audience = request.audience
        lifetimeSeconds = try wireSeconds(request.lifetime)
        totalLifetimeSeconds = try wireSeconds(request.totalLifetime)
        maximumUses = try wireUses(request.maximumUses)
        byReference = request.byReference
        binding = request.binding
        key = request.key ?? AgentKey()
    }

    var message: AgentSpecMessage {
        var message = AgentSpecMessage()
        message.orchestration = ByteView(copying: orchestration)
        message.task = ByteView(copying: task)
        message.scope = scope.map { ByteView(copying: $0) }
        message.audience = audience.map { ByteView(copying: $0) }
        message.publicKey = ByteView(copying: key.publicKey)
        message.ttlSeconds = lifetimeSeconds
        message.lifetimeSeconds = totalLifetimeSeconds
        message.maximumUses = maximumUses
        message.byReference = byReference
        switch binding {
        case .none: break
        case .process(let id):
            message.binding = AgentSpecMessage.bindingProcess
            message.pid = id
        case .connection: message.binding = AgentSpecMessage.bindingConnection
        }
        return message
    }

    func agent(_ answer: SpawnedAgentMessage) -> Agent {
        Agent(answer, orchestration: orchestration, task: task, scope: scope, key: key)
    }
}

/// As the wire has a limit of uses: 0 for none.
func wireUses(_ uses: UInt32?) throws(MayflyError) -> UInt32 {
    guard uses != 0 else { throw .invalidRequest("A limit of uses is at least one.") }
    return uses ?? 0
}
