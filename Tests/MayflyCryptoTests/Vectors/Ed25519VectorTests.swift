import MayflyCrypto
import Testing

@Suite(.enabled(if: VectorFiles.folder != nil, VectorFiles.notRun))
struct Ed25519VectorTests {
    private struct Wycheproof: Decodable {
        struct Group: Decodable {
            struct Key: Decodable { let pk: String }
            let publicKey: Key
            let tests: [Case]
        }
        struct Case: Decodable {
            let tcId: Int
            let msg: String
            let sig: String
            let result: String
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    private struct CCTVCase: Decodable {
        let number: Int
        let key: String
        let sig: String
        let msg: String
        let flags: [String]?
    }

    private struct SpeccheckCase: Decodable {
        let message: String
        let pub_key: String
        let signature: String
    }

    private func isAccepted(key: String, signature: String, message: [UInt8]) throws -> Bool {
        let keyBytes = try #require(hex(key))
        let key = try #require(Ed25519PublicKey(keyBytes))
        let signatureBytes = try #require(hex(signature))
        return key.isValid(signatureBytes, for: message)
    }

    @Test func `all 151 cases of Wycheproof are classified as the file says`() throws {
        let file = try VectorFiles.read("wycheproof-ed25519.json", as: Wycheproof.self)
        var count = 0
        for group in file.testGroups {
            for test in group.tests {
                let message = try #require(hex(test.msg))
                let isAccepted = try isAccepted(
                    key: group.publicKey.pk, signature: test.sig, message: message)
                #expect(isAccepted == (test.result == "valid"), "case \(test.tcId)")
                count += 1
            }
        }
        #expect(count == 151)
        #expect(count == file.numberOfTests)
    }

    @Test func `of CCTV's 914 cases exactly the 43 strict ones are accepted`() throws {
        let cases = try VectorFiles.read("cctv-ed25519.json", as: [CCTVCase].self)
        let lenient: Set = [
            "low_order_A", "low_order_R", "low_order_residue", "non_canonical_A", "non_canonical_R",
        ]
        var accepted = 0
        for test in cases {
            let isAccepted = try isAccepted(
                key: test.key, signature: test.sig, message: utf8(test.msg))
            let isStrict = lenient.isDisjoint(with: test.flags ?? [])
            #expect(isAccepted == isStrict, "case \(test.number)")
            if isAccepted { accepted += 1 }
        }
        #expect(cases.count == 914)
        #expect(accepted == 43)
    }

    @Test func `of the twelve speccheck cases only the fourth is accepted`() throws {
        let cases = try VectorFiles.read("ed25519-speccheck.json", as: [SpeccheckCase].self)
        let verdicts = try cases.map { test in
            try isAccepted(
                key: test.pub_key, signature: test.signature,
                message: try #require(hex(test.message)))
        }
        #expect(verdicts == (0..<12).map { $0 == 3 })
    }
}
