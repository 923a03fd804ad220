import MayflyCrypto
import Testing

@Suite(.enabled(if: VectorFiles.folder != nil, VectorFiles.notRun))
struct JSONWebSignatureVectorTests {
    private struct Wycheproof: Decodable {
        struct Group: Decodable { let tests: [Case] }
        struct Case: Decodable {
            let tcId: Int
            let jws: String
        }
        let testGroups: [Group]
    }

    @Test func `all 401 cases of Wycheproof are refused, for none is ours`() throws {
        let file = try VectorFiles.read("wycheproof-json-web-signature.json", as: Wycheproof.self)
        let verifier = TokenVerifier(keys: [privateKey(1).publicKey])
        var count = 0
        var refusals: [TokenRefusal: Int] = [:]
        for test in file.testGroups.flatMap(\.tests) {
            count += 1
            switch verifier.verify(utf8(test.jws)) {
            case .success: Issue.record("case \(test.tcId) was accepted")
            case .failure(let refusal): refusals[refusal, default: 0] += 1
            }
        }
        #expect(count == 401)
        #expect(refusals.values.reduce(0, +) == 401)
        // Some are tokens in shape, some are not: both refusals are reached.
        #expect(refusals[.malformed, default: 0] > 0)
        #expect(refusals[.foreignHeader, default: 0] > 0)
        #expect(refusals[.invalidSignature] == nil)
    }
}
