/// What the operator does.
extension Crowd {
    mutating func operation() -> (Peer, Request) {
        (operating, operatorRequest())
    }

    private mutating func operatorRequest() -> Request {
        switch random.below(100) {
        case ..<12: return .revokeToken(anyHeld()?.token ?? madeUp.grant)
        case ..<26: return .revokeAgent(anyAgent())
        case ..<46:
            let agent = anyAgent()
            return .revokeTask(
                agent.task, orchestration: random.oneIn(4) ? nil : agent.orchestration,
                allowsNew: !random.oneIn(3))
        case ..<54: return .revokeChainOfGrant(anyHeld()?.copy.grant ?? madeUp.grant)
        case ..<60: return .revokeChainOfAgent(anyAgent())
        case ..<76: return .liftRevocation(random.pick(records) ?? 3)
        case ..<94: return change()
        case ..<97:
            return .removeApp(random.oneIn(5) ? "nobody" : pickApp()?.name ?? "nobody")
        default: return .rotateKey(0, isEmergency: random.oneIn(4))
        }
    }

    private mutating func anyAgent() -> AgentID {
        anyHeld()?.agent ?? AgentID(orchestration: "nobody", task: "task-1", instance: 1)
    }

    mutating func appWish() -> AppWish {
        let number = random.below(8)
        var ceiling = Self.scopes.filter { _ in random.oneIn(2) }
        if ceiling.isEmpty && !random.oneIn(20) { ceiling = ["read:a:*"] }
        return AppWish(
            name: "app-\(number)", ceiling: ceiling,
            uids: random.oneIn(10) ? [1_000] : [UInt32(1_000 + number)],
            orchestrations: random.oneIn(3)
                ? [random.oneIn(8) ? "shared" : "given-\(number)"] : [],
            attestationKeys: random.oneIn(2) ? [UInt64(500 + number)] : [],
            defaultLifetime: random.oneIn(3) ? UInt32(10 + random.below(100)) : 0,
            maximumLifetime: random.oneIn(3) ? UInt32(50 + random.below(4_000)) : 0,
            sharesUid: random.oneIn(3), heartbeat: heartbeat(),
            delegatesAcrossApps: !random.oneIn(3),
            clientID: random.oneIn(2) ? "client-\(random.oneIn(12) ? 1 : number)" : nil,
            secret: random.next())
    }

    private mutating func heartbeat() -> Heartbeat {
        switch random.below(6) {
        case 0: Heartbeat(policy: .flag, interval: UInt32(5 + random.below(60)))
        case 1: Heartbeat(policy: .end, interval: UInt32(20 + random.below(200)))
        case 2 where random.oneIn(4): Heartbeat(policy: .end, interval: 0)
        default: .none
        }
    }

    private mutating func change() -> Request {
        var change = AppChange(name: random.oneIn(20) ? "nobody" : pickApp()?.name ?? "nobody")
        switch random.below(8) {
        case 0: change.ceiling = Self.scopes.filter { _ in !random.oneIn(4) }
        case 1: change.ceiling = Self.scopes
        case 2: change.heartbeat = heartbeat()
        case 3: change.delegatesAcrossApps = random.oneIn(2)
        case 4: change.newSecret = random.next()
        case 5: change.removesSecret = true
        case 6: change.maximumLifetime = UInt32(random.below(4_000))
        default: change.uids = [UInt32(1_000 + random.below(8))]
        }
        return .updateApp(change)
    }
}
