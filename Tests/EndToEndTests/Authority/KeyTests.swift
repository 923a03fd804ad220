internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// The keys that tokens are signed by: published, rotated with overlap, and ended in an emergency.
@Suite struct `Signing keys through the socket` {
    private func header(_ token: [UInt8]) throws -> JSONValue {
        let part = [UInt8](token.prefix { $0 != UInt8(ascii: ".") })
        let json = try #require(Base64URL.decode(part))
        return try #require(json.withUnsafeBytes { JSONReader.read($0) })
    }

    private func keyID(_ token: [UInt8]) throws -> String {
        String(decoding: try #require(try header(token)["kid"]?.text), as: UTF8.self)
    }

    private func tokenKeys(_ scene: Scene) throws -> [PublicKeyMessage] {
        try scene.stranger().keys().keys.filter { $0.use == .token }
    }

    @Test func `the keys are published, to everyone, in the form that verifiers take`() throws {
        let scene = try Scene()
        let told = try scene.stranger().keys()
        #expect(told.issuer == "mayfly")
        let token = try #require(told.keys.first { $0.use == .token })
        let key = try #require(Ed25519PublicKey(token.publicKey))
        #expect(token.kid == String(decoding: key.thumbprint, as: UTF8.self))
        #expect(token.notBefore > 0)
        #expect(token.notAfter == 0)
        let checkpoint = try #require(told.keys.first { $0.use == .checkpoint })
        #expect(checkpoint.verifierKey.contains("+"))
        #expect(checkpoint.publicKey != token.publicKey)
        #expect(try keyID(scene.spawn().token) == token.kid)
    }

    @Test func `a rotation leaves what was signed before valid, across a crash too`() throws {
        let scene = try Scene()
        let old = try scene.chain(hops: 2)
        let key = try scene.overseer.rotateKey()
        let new = try scene.spawn(task: "new")
        #expect(try keyID(new.token) == key.kid)
        #expect(try keyID(old[0].token) != key.kid)
        for _ in 0..<2 {
            #expect(try scene.validity(of: old + [new]) == [true, true, true, true])
            let published = try tokenKeys(scene)
            #expect(published.count == 2)
            #expect(published.count { $0.notAfter == 0 } == 1)
            let retired = try #require(published.first { $0.notAfter > 0 })
            #expect(retired.notAfter >= old[0].notAfter)
            for agent in old + [new] {
                #expect(throws: Never.self) { try scene.verifyOffline(agent.token).get() }
            }
            try scene.killAndRestart()
        }
        // Renewed and delegated tokens are signed by the new key.
        let long = try scene.spawn(AgentPlan(task: "long"), lifetimeSeconds: 900) {
            $0.ttlSeconds = 60
        }
        let next = try scene.overseer.rotateKey()
        #expect(try keyID(try scene.member.renew(long).token) == next.kid)
        let child = try scene.member.delegate(from: old[0], to: new)
        #expect(try keyID(child.token) == next.kid)
        #expect(try scene.validity(of: [child]) == [true])
        #expect(throws: Never.self) { try scene.verifyOffline(child.token).get() }
    }

    @Test func `in an emergency all that was signed before is dead, and stays so`() throws {
        let scene = try Scene()
        let old = try scene.chain(hops: 1)
        try scene.overseer.rotateKey()
        let middle = try scene.spawn(task: "middle")
        let key = try scene.overseer.rotateKey(emergency: true)
        #expect(try scene.validity(of: old + [middle]) == [false, false, false])
        let new = try scene.spawn(task: "new")
        #expect(try scene.validity(of: [new]) == [true])
        #expect(try keyID(new.token) == key.kid)
        let renewal = try scene.member.renewRequest(middle.token, by: middle.key)
        #expect(word(try scene.member.call(.renew, renewal)) == "TOKEN_NOT_VALID")
        // Who verifies offline by the keys that are published now refuses it too.
        #expect(throws: ChainRefusal.self) { try scene.verifyOffline(old[0].token).get() }
        try scene.killAndRestart()
        #expect(try scene.validity(of: old + [middle, new]) == [false, false, false, true])
        #expect(throws: ChainRefusal.self) { try scene.verifyOffline(middle.token).get() }
    }

    @Test func `there are as many keys as there may be, and still one for an emergency`() throws {
        let scene = try Scene()
        let agent = try scene.spawn()
        func rotate(emergency: Bool = false) throws -> String {
            word(
                try scene.overseer.call(
                    .rotateKey, RotateKeyRequestMessage(emergency: emergency)))
        }
        var words: [String] = []
        for _ in 0..<8 { words.append(try rotate()) }
        #expect(words.prefix(6).allSatisfy { $0 == "OK" })
        #expect(words.last == "KEYS_EXHAUSTED")
        #expect(try scene.member.isValid(agent))
        #expect(try rotate(emergency: true) == "OK")
        #expect(try !scene.member.isValid(agent))
        let next = try scene.spawn()
        try scene.killAndRestart()
        #expect(try scene.validity(of: [agent, next]) == [false, true])
    }

    /// The header is compared and never read: whatever it names, it chooses nothing.
    @Test func `the retired key's signature makes no new token`() throws {
        let scene = try Scene()
        let signer = try scene.brokerSigner()
        let agent = try scene.spawn()
        try scene.overseer.rotateKey()
        let payload = try #require(Base64URL.decode([UInt8](agent.token.split(separator: 0x2E)[1])))
        #expect(payload.withUnsafeBytes { signer.token(payload: $0) } == agent.token)
        var text = String(decoding: payload, as: UTF8.self)
        text = text.replacing("customer-1", with: "*")
        let forged = [UInt8](text.utf8).withUnsafeBytes { signer.token(payload: $0) }
        #expect(try !scene.member.validate(forged).valid)
        #expect(try scene.member.isValid(agent))
    }
}
