internal import Foundation
internal import MayflyClient
internal import Testing

/// Runs proto/vectors/scenario.json, the conversation that every language's client has, with the Swift
/// client.
final class Scenario {
    typealias Step = [String: Any]

    struct Mismatch: Error, CustomStringConvertible {
        let description: String
    }

    /// What a step made.
    private struct Made {
        var id = ""
        var token = ""
        var key: AgentKey?
    }

    private let broker: BrokerProcess
    private let clients: [String: MayflyClient]
    private let orchestration = "scenario-swift"
    private let keys: BrokerKeys
    private var made: [String: Made] = [:]
    private var following: Verifier?

    /// - Parameter apps: those that exist.
    init(_ broker: BrokerProcess, apps: [String]) async throws {
        self.broker = broker
        clients = Dictionary(
            uniqueKeysWithValues: (apps + ["nobody"]).map { app in
                (app, MayflyClient(socketPath: broker.home.agentSocket, app: app))
            })
        keys = try await MayflyClient(socketPath: broker.home.agentSocket, app: nil).keys()
    }

    private var anyone: MayflyClient { MayflyClient(socketPath: broker.home.agentSocket, app: nil) }

    func run(_ step: Step) async throws {
        let expected = step["expect"] as? [String: Any] ?? [:]
        do throws(MayflyError) {
            try await perform(step, expected)
            guard expected["refused"] == nil else { throw MayflyError.invalidRequest("granted") }
        } catch {
            guard let wanted = expected["refused"] as? [String: Any],
                case .refused(let refusal) = error
            else { throw Mismatch(description: "\(step): \(error)") }
            #expect(refusal.reason == wanted["reason"] as? String, "\(step)")
        }
    }

    private func perform(_ step: Step, _ expected: [String: Any]) async throws(MayflyError) {
        switch step["do"] as? String {
        case "spawn": keep(try await client(step).spawn(request(step)), step)
        case "launch_token":
            let token = try await client(step).createLaunchToken(ceiling: list(step, "ceiling"))
            made[text(step, "as")] = Made(token: token.secret)
        case "register":
            let secret = made[text(step, "with")]?.token ?? ""
            keep(try await anyone.register(request(step), launchToken: secret), step)
        case "renew": try await renew(step)
        case "heartbeat": _ = try await anyone.heartbeat(token(step), .active)
        case "delegate": try await delegate(step)
        case "validate": try await validate(step, expected)
        case "verify": verify(step, expected)
        case "watch": try await watch()
        case "accept": accept(step, expected)
        case "revoke":
            let revocation = try await OperatorClient(socketPath: broker.home.operatorSocket)
                .revoke(.agent(made[text(step, "target")]?.id ?? ""))
            #expect(revocation.count == (expected["count"] as? NSNumber)?.uint64Value)
        case "release":
            #expect(try await anyone.release(token(step)) == expected["ended"] as? Bool, "\(step)")
        default: Issue.record("\(step) is no step that is known")
        }
    }

    // MARK: Reading a step

    private func text(_ step: Step, _ name: String) -> String { step[name] as? String ?? "" }
    private func list(_ step: Step, _ name: String) -> [String] { step[name] as? [String] ?? [] }

    private func token(_ step: Step) -> String {
        if let text = step["text"] as? String { return text }
        let token = made[text(step, "token")]?.token ?? ""
        guard step["change"] as? String == "signature" else { return token }
        return String(token.dropLast(2)) + (token.hasSuffix("AA") ? "BA" : "AA")
    }

    private func client(_ step: Step) -> MayflyClient { clients[text(step, "app")] ?? anyone }

    private func seconds(_ step: Step, _ name: String) -> Duration? {
        (step[name] as? NSNumber).map { .seconds($0.int64Value) }
    }

    private func request(_ step: Step) -> AgentRequest {
        AgentRequest(
            orchestration: (step["orchestration"] as? String)?
                .replacingOccurrences(of: "{run}", with: "swift") ?? orchestration,
            task: text(step, "task"), scope: list(step, "scope"), audience: list(step, "audience"),
            lifetime: seconds(step, "lifetime_seconds"),
            totalLifetime: seconds(step, "renewable_for_seconds"),
            maximumUses: (step["max_uses"] as? NSNumber)?.uint32Value,
            byReference: step["by_reference"] as? Bool ?? false,
            key: made[text(step, "key_of")]?.key)
    }

    private func keep(_ agent: Agent, _ step: Step) {
        made[text(step, "as")] = Made(id: agent.id, token: agent.token, key: agent.key)
    }

    // MARK: What agents do

    private func renew(_ step: Step) async throws(MayflyError) {
        guard var agent = made[text(step, "token")], let key = agent.key else { return }
        agent.token = try await anyone.renew(token: agent.token, key: key).token
        made[text(step, "as")] = agent
    }

    private func delegate(_ step: Step) async throws(MayflyError) {
        let receiver = made[text(step, "to")]
        guard let key = made[text(step, "key_of")]?.key, let receiver else { return }
        let child = try await anyone.delegate(
            token: token(step), key: key, to: receiver.id,
            DelegationTerms(scope: list(step, "scope")))
        made[text(step, "as")] = Made(id: receiver.id, token: child.token, key: receiver.key)
    }

    // MARK: What resources do

    private func validate(_ step: Step, _ expected: [String: Any]) async throws(MayflyError) {
        let consumes = step["consume_use"] as? Bool ?? false
        let client = consumes ? clients["testing"] ?? anyone : anyone
        let answer = try await client.validate(
            token(step), requiredScope: list(step, "required_scope"),
            requiredAudience: step["required_audience"] as? String, consumeUse: consumes)
        #expect(answer.isValid == expected["valid"] as? Bool, "\(step)")
        if let left = expected["uses_left"] as? NSNumber {
            #expect(answer.usesLeft == left.uint32Value, "\(step)")
        }
        guard let claims = expected["claims"] as? NSDictionary else { return }
        let json = Data((answer.claims?.json ?? []))
        let read = try? JSONSerialization.jsonObject(with: json) as? [String: Any]
        for (name, value) in claims {
            #expect(read?["\(name)"] as? NSObject == value as? NSObject, "\(step) \(name)")
        }
    }

    private func verify(_ step: Step, _ expected: [String: Any]) {
        judge(step, expected) { () throws(VerificationRefusal) in
            guard step["required_scope"] != nil || step["audience"] != nil else {
                return try verifyChain(token(step), keys: keys)
            }
            return try Verifier(keys: keys, revocations: nil).verify(
                token(step), audience: step["audience"] as? String,
                scope: list(step, "required_scope"))
        }
    }

    private func watch() async throws(MayflyError) {
        let revocations = Revocations(of: anyone)
        try await revocations.waitUntilCurrent(timeout: .seconds(300))
        following = Verifier(keys: keys, revocations: revocations)
    }

    /// What ended travels to the verifier: until it has arrived the answer may be another.
    private func accept(_ step: Step, _ expected: [String: Any]) {
        guard let following else {
            Issue.record("nothing follows the stream")
            return
        }
        let limit = Deadline(seconds: (step["within_seconds"] as? NSNumber)?.doubleValue ?? 0)
        if let refusal = expected["refusal"] as? String {
            while !limit.isOver {
                do throws(VerificationRefusal) {
                    _ = try following.verify(token(step))
                } catch {
                    if error.code == refusal { return }
                }
            }
        }
        judge(step, expected) { () throws(VerificationRefusal) in
            try following.verify(token(step))
        }
    }

    private func judge(
        _ step: Step, _ expected: [String: Any],
        _ body: () throws(VerificationRefusal) -> VerifiedToken
    ) {
        do throws(VerificationRefusal) {
            let token = try body()
            guard let wanted = expected["verified"] as? [String: Any] else {
                Issue.record("\(step) was verified")
                return
            }
            for (name, value) in wanted { compare(token, name, value, step) }
        } catch {
            #expect(error.code == expected["refusal"] as? String, "\(step)")
        }
    }

    private func compare(_ token: VerifiedToken, _ name: String, _ value: Any, _ step: Step) {
        switch name {
        case "online": #expect(token.isOnline == value as? Bool, "\(step)")
        case "by_reference": #expect(token.isReference == value as? Bool, "\(step)")
        case "subject": #expect(token.subject == made[value as? String ?? ""]?.id, "\(step)")
        case "scope": #expect(token.scope == value as? [String], "\(step)")
        case "audience": #expect(token.audience == value as? [String], "\(step)")
        case "lineage":
            let ids = (value as? [String] ?? []).map { made[$0]?.id }
            #expect(token.lineage.map(\.agentID) == ids, "\(step)")
        default: Issue.record("\(name) is nothing that is known of a token")
        }
    }
}
