internal import Foundation
internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// Tokens that are none, presented to a live broker: none is valid, be its grants fresh or
/// recovered.
@Suite struct `Attacks on a live broker` {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Fifty live tokens: of every depth, inline and by reference.
    private func fifty(_ scene: Scene) throws -> [LiveAgent] {
        var agents: [LiveAgent] = []
        for number in 0..<18 { agents.append(try scene.spawn(task: "plain-\(number)")) }
        for number in 0..<20 {
            agents.append(
                try scene.spawn(AgentPlan(task: "ref-\(number)")) { $0.byReference = true })
        }
        let chain = try scene.chain(hops: 5)
        agents += chain.dropFirst()
        for byReference in [true, true, true, false, false, false, false] {
            agents.append(try #require(try scene.chain(hops: 1, byReference: byReference).last))
        }
        return agents
    }

    /// One other character at each place, and every other one where the last bits of a part are.
    private func changes(of token: [UInt8]) -> [[UInt8]] {
        var changed: [[UInt8]] = []
        for place in token.indices {
            let isLast = place + 1 == token.count || token[place + 1] == UInt8(ascii: ".")
            let here = Self.alphabet.firstIndex(of: token[place])
            let others: [UInt8] =
                isLast
                ? Self.alphabet + [UInt8(ascii: "."), UInt8(ascii: "="), 0x20]
                : [Self.alphabet[((here ?? 0) + 1) % Self.alphabet.count]]
            for other in others where other != token[place] {
                var copy = token
                copy[place] = other
                changed.append(copy)
            }
        }
        return changed
    }

    @Test func `every single-character change of fifty tokens is refused`() throws {
        let scene = try Scene()
        let agents = try fifty(scene)
        #expect(agents.count == 50)
        #expect(Set(agents.map(\.depth)) == [0, 1, 2, 3, 4, 5])
        var count = 0
        for agent in agents {
            let changed = changes(of: agent.token)
            count += changed.count
            #expect(
                try scene.member.validCount(of: changed) == 0,
                "of \(String(decoding: agent.token, as: UTF8.self))")
        }
        #expect(count > 30_000)
        #expect(try scene.member.validCount(of: agents.map(\.token)) == 50)
        // Recovered, and not yet presented: judged by the signature.
        try scene.killAndRestart()
        for agent in agents.filter({ $0.token.count < 1_024 }).prefix(24) {
            #expect(try scene.member.validCount(of: changes(of: agent.token)) == 0)
        }
        #expect(try scene.member.validCount(of: agents.map(\.token)) == 50)
    }

    @Test func `no structural attack is valid, though the broker's own key signed it`() throws {
        let scene = try Scene()
        let signer = try scene.brokerSigner()
        let donor = try #require(try scene.chain(hops: 2).last).token
        let plain = try scene.spawn(task: "plain")
        let reference = try scene.spawn(AgentPlan(task: "reference")) { $0.byReference = true }
        let limited = try scene.spawn(AgentPlan(task: "limited")) { $0.maximumUses = 3 }
        let chain = try scene.chain(hops: 3)
        let targets = [plain, reference, limited, chain[1], chain[3]]
        var attacks: [(name: String, token: [UInt8])] = []
        for target in targets {
            // A table's line may say of one token what the token says itself.
            attacks += LiveForgeries(token: target.token, signer: signer, donor: donor).all
                .filter { $0.token != target.token }
        }
        #expect(attacks.count >= 500)
        #expect(Set(attacks.map(\.token)).count > attacks.count * 9 / 10, "few are the same")
        func checkAll(_ comment: Comment) throws {
            // All at once, and one by one only to say which.
            guard try scene.member.validCount(of: attacks.map(\.token)) > 0 else { return }
            for attack in attacks
            where try scene.member.validCount(of: [attack.token]) > 0 {
                Issue.record("\(comment): \(attack.name) is valid")
            }
        }
        try checkAll("fresh")
        #expect(try scene.validity(of: targets).allSatisfy { $0 })
        try scene.killAndRestart()
        try checkAll("recovered")
        #expect(try scene.validity(of: targets).allSatisfy { $0 })
        try checkAll("recovered and presented")
        // Nor does any of them renew, delegate, beat or end.
        let taker = try scene.spawn(task: "taker")
        for attack in attacks.prefix(200) where attack.token.count < 4_096 {
            #expect(word(try scene.member.beat(attack.token)) == "TOKEN_NOT_VALID")
            #expect(try !scene.member.release(token: attack.token))
            let renewal = try scene.member.renewRequest(attack.token, by: plain.key)
            #expect(
                ["TOKEN_NOT_VALID", "PROOF_INVALID"].contains(
                    word(try scene.member.call(.renew, renewal))), "\(attack.name)")
        }
        let hop = Hop.sign(
            try scene.member.hopContent(from: plain, to: taker), with: plain.key)
        let forged = LivePayload(of: plain.token).replacing("exp") { _ in "9999999999" }
            .token(by: signer)
        #expect(
            word(try scene.member.call(.delegate, scene.member.delegateRequest(forged, hop)))
                == "TOKEN_NOT_VALID")
        #expect(try scene.validity(of: targets).allSatisfy { $0 })
    }

    // MARK: What others published

    private struct Wycheproof: Decodable {
        struct Group: Decodable { let tests: [Case] }
        struct Case: Decodable { let jws: String }
        let testGroups: [Group]
    }

    private static let folder = getenv("MAYFLY_TEST_VECTORS").map { String(cString: $0) }

    @Test(.enabled(if: folder != nil, "not run: MAYFLY_TEST_VECTORS is not set"))
    func `all 401 foreign signatures are refused`() throws {
        let path = try #require(Self.folder) + "/wycheproof-json-web-signature.json"
        let file = try JSONDecoder().decode(
            Wycheproof.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let tokens = file.testGroups.flatMap(\.tests).map { [UInt8]($0.jws.utf8) }
        #expect(tokens.count == 401)
        let scene = try Scene()
        let live = try scene.spawn()
        #expect(try scene.member.validCount(of: tokens) == 0)
        #expect(try scene.member.validCount(of: tokens + [live.token]) == 1)
    }

    private struct Chains: Decodable {
        struct Case: Decodable { let token: String }
        let cases: [Case]
    }

    /// Valid ones and invalid ones, all of a broker that this is not.
    @Test func `no vector of this project is a token to another broker`() throws {
        let path = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
        let file = try JSONDecoder().decode(
            Chains.self,
            from: Data(contentsOf: URL(fileURLWithPath: "/\(path)/proto/vectors/chains.json")))
        let tokens = file.cases.map { [UInt8]($0.token.utf8) }
        #expect(tokens.count >= 46)
        var options = BrokerProcess.Options()
        options.arguments = ["--issuer", "https://broker.example"]
        let scene = try Scene(options)
        #expect(try scene.member.validCount(of: tokens) == 0)
    }
}
