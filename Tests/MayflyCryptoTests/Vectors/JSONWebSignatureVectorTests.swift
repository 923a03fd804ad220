import MayflyCrypto
import Testing

@Suite(.enabled(if: VectorFiles.folder != nil, VectorFiles.notRun))
struct JSONWebSignatureVectorTests {
    private struct Wycheproof: Decodable {
        struct Group: Decodable { let tests: [Case] }
        let testGroups: [Group]
    }

    private struct Case: Decodable {
        let tcId: Int
        let jws: String
    }

    private func cases() throws -> [Case] {
        let cases = try VectorFiles.read(
            "wycheproof-json-web-signature.json", as: Wycheproof.self
        ).testGroups.flatMap(\.tests)
        #expect(cases.count == 401)
        return cases
    }

    @Test func `all 401 cases of Wycheproof are refused, for none is ours`() throws {
        let verifier = TokenVerifier(keys: [privateKey(1).publicKey])
        var refusals: [TokenRefusal: Int] = [:]
        for test in try cases() {
            switch verifier.verify(utf8(test.jws)) {
            case .success: Issue.record("case \(test.tcId) was accepted")
            case .failure(let refusal): refusals[refusal, default: 0] += 1
            }
        }
        #expect(refusals.values.reduce(0, +) == 401)
        // Some are tokens in shape, some are not: both refusals are reached.
        #expect(refusals[.malformed, default: 0] > 0)
        #expect(refusals[.foreignHeader, default: 0] > 0)
        #expect(refusals[.invalidSignature] == nil)
    }

    @Test func `none of them is a token to who verifies chains, nor a hop in one`() throws {
        for test in try cases() {
            #expect(try refusal(utf8(test.jws)) != nil, "case \(test.tcId)")
            #expect(Hop(parsing: utf8(test.jws)) == nil, "case \(test.tcId)")
            // Some are in the JSON form: those would only break the payload.
            guard !test.jws.contains("\""), test.jws.utf8.count < 8_192 else { continue }
            let forge = ChainForge(2) { $0.editHopText = { if $0 == 2 { $1 = test.jws } } }
            #expect(try refusal(forge.token) == .hopMalformed, "case \(test.tcId)")
        }
    }
}
