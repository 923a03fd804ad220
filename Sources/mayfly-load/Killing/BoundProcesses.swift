internal import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// Processes that do nothing, each with a grant that is bound to it. They end with their owner.
struct BoundProcesses: ~Copyable {
    struct Member {
        let process: pid_t
        let token: [UInt8]
    }

    static let ceiling = "read:data:*"

    private var caller: Caller
    private var session: Session
    private let template: AgentSpecMessage
    private var started: [pid_t] = []
    private(set) var members: [Member] = []

    private static let timeToLive: UInt32 = 3_600
    private static let scope = "read:data:customer-12345"

    init(path: String, app: String) throws(LoadFailure) {
        var caller = try Caller(path: path)
        let answer = try caller.call(
            .authenticate, AuthenticateRequestMessage(app: app),
            answer: AuthenticateResponseMessage.self)
        let session = try Session(answer, stream: caller.stream)
        var template = AgentSpecMessage()
        template.orchestration = ByteView(copying: app)
        template.task = ByteView(copying: "bound")
        template.scope = [ByteView(copying: Self.scope)]
        template.ttlSeconds = Self.timeToLive
        template.binding = AgentSpecMessage.bindingProcess
        self.caller = caller
        self.session = session
        self.template = template
    }

    deinit {
        for process in started { kill(process, SIGKILL) }
        var status: Int32 = 0
        for process in started { waitpid(process, &status, 0) }
    }

    /// Starts one more process and binds a grant to it.
    mutating func add() throws(LoadFailure) {
        let process = try startSleeper()
        let key = AgentKeyPair()
        var body = SpawnBodyMessage()
        body.proofSequence = session.nextProofSequence()
        var agent = template
        agent.pid = UInt32(process)
        agent.publicKey = ByteView(copying: key.publicKey.bytes)
        body.agent = agent
        let bytes = body.encodedBytes()
        var message = ProvenRequestMessage()
        message.body = ByteView(copying: bytes)
        message.proof = ByteView(
            copying: session.proof(.spawn, sequence: body.proofSequence, body: bytes, by: key))
        let answer = try caller.call(.spawn, message, answer: SpawnResponseMessage.self)
        guard let spawned = answer.agent else {
            throw .protocolViolation("a spawn without an agent")
        }
        members.append(Member(process: process, token: spawned.token))
    }

    /// Whether the token is valid now.
    mutating func isValid(_ member: Member) throws(LoadFailure) -> Bool {
        var request = ValidateRequestMessage()
        request.token = ByteView(copying: member.token)
        request.omitClaims = true
        return try caller.call(.validate, request, answer: ValidateResponseMessage.self).valid
    }

    /// How many of the tokens are valid.
    mutating func validCount() throws(LoadFailure) -> Int {
        var valid = 0
        var start = 0
        while start < members.count {
            let end = min(start + WireLimits.batchItems, members.count)
            let request = ValidateBatchRequestMessage(
                items: members[start..<end].map { member in
                    var item = ValidateRequestMessage()
                    item.token = ByteView(copying: member.token)
                    item.omitClaims = true
                    return item
                })
            valid += try caller.call(
                .validateBatch, request, answer: ValidateBatchResponseMessage.self
            ).items.count { $0.valid }
            start = end
        }
        return valid
    }

    private mutating func startSleeper() throws(LoadFailure) -> pid_t {
        var arguments: [UnsafeMutablePointer<CChar>?] = [
            strdup("sleep"), strdup("\(Self.timeToLive)"), nil,
        ]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/bin/sleep", nil, nil, &arguments, environ)
        guard code == 0 else {
            errno = code
            throw .system("/bin/sleep")
        }
        started.append(process)
        return process
    }
}
