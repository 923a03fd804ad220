internal import MayflyCore

// The broker's values in the simulator's words, and back.

/// Thirty-two bytes that stand for a number, and begin with it.
func bytes32(_ number: UInt64) -> Bytes32 {
    let words = [number, ~number, number &* 0x9E37_79B9_7F4A_7C15, number ^ 0x5555_5555_5555_5555]
    guard let value = words.withUnsafeBytes({ Bytes32($0) }) else {
        preconditionFailure("four words are 32 bytes")
    }
    return value
}

/// The number that the bytes stand for.
func number(_ value: Bytes32) -> UInt64 {
    value.withBytes { $0.loadUnaligned(as: UInt64.self) }
}

func coreName(_ text: String) -> Name {
    guard let name = Name(text) else { preconditionFailure("no name: \(text)") }
    return name
}

func scopes(_ texts: [String]) -> [Scope] {
    texts.map { text in
        guard let scope = Scope(text) else { preconditionFailure("no scope: \(text)") }
        return scope
    }
}

func textList(_ words: [String]) -> TextList { TextList(words: words.map { Array($0.utf8) }) }

func wide(_ id: some WideIdentifier) -> WideID { WideID(high: id.high, low: id.low) }
func grantID(_ id: WideID) -> GrantID { GrantID(high: id.high, low: id.low) }
func tokenID(_ id: WideID) -> TokenID { TokenID(high: id.high, low: id.low) }

func agentName(_ agent: AgentID) -> AgentName {
    AgentName(
        orchestration: coreName(agent.orchestration), task: coreName(agent.task),
        instance: InstanceID(rawValue: agent.instance))
}

/// What presenting the signed token comes to.
func tokenDigest(_ unsigned: Fingerprint, isSignatureGood: Bool = true) -> Digest {
    bytes32(unsigned &* 0xD6E8_FEB8_6659_FD93 ^ (isSignatureGood ? 1 : 2))
}

extension Caller {
    init(_ peer: Peer) {
        self.init(
            uid: UserID(rawValue: peer.uid), pid: ProcessID(rawValue: 1),
            app: peer.app.map { Serial(rawValue: $0) })
        if let generation = peer.generation { credential = .secret(generation: generation) }
    }
}

extension Bond {
    init(_ tether: Tether) {
        switch tether {
        case .process(let pid, let start): self = .process(BoundProcess(pid, start))
        case .processPid(let pid, let start): self = .processPid(BoundProcess(pid, start))
        case .connection(let number): self = .connection(ConnectionID(rawValue: number))
        }
    }
}

extension Tether {
    init(_ bond: Bond) {
        switch bond {
        case .process(let process):
            self = .process(pid: process.pid.rawValue, start: process.startTicks)
        case .processPid(let process):
            self = .processPid(pid: process.pid.rawValue, start: process.startTicks)
        case .connection(let connection): self = .connection(connection.rawValue)
        }
    }
}

extension BoundProcess {
    /// Its inode follows from the rest, so that it is missed where it is lost.
    fileprivate init(_ pid: UInt32, _ start: UInt64) {
        self.init(pid: ProcessID(rawValue: pid), startTicks: start, inode: start &* 31)
    }
}

extension Presentation {
    init(_ copy: TokenCopy) {
        self.init(
            grant: grantID(copy.grant),
            digest: tokenDigest(copy.unsigned, isSignatureGood: copy.isSignatureGood))
    }
}

extension TextList {
    var texts: [String] { words.map { String(decoding: $0, as: UTF8.self) } }
}

extension AgentID {
    init(_ agent: AgentName) {
        self.init(
            orchestration: agent.orchestration.text, task: agent.task.text,
            instance: agent.instance.rawValue)
    }
}

extension Why {
    init(_ reason: Reason) { self = Why(rawValue: reason.rawValue) ?? .foreign }
}

extension Note {
    init(_ event: Event) {
        self.init(
            kind: Kind(rawValue: event.kind.rawValue) ?? .brokerStopped,
            grant: event.grant.map { wide($0) }, why: event.reason.map { Why($0) },
            count: event.count)
        switch kind {
        case .agentSpawned, .agentRegistered, .delegationCreated, .grantEnded:
            detail = String(decoding: event.detail, as: UTF8.self)
        default: break
        }
    }
}
