private import Foundation

/// proto/vectors/chains.json, which every verifier is tested with.
struct ChainVectors {
    let issuer: String
    let now: UInt64
    let leeway: UInt64
    let keys: [[UInt8]]
    let tokens: [[UInt8]]

    private struct Document: Decodable {
        struct Key: Decodable { let x: String }
        struct Case: Decodable { let token: String }
        let issuer: String
        let now: UInt64
        let leeway: UInt64
        let keys: [Key]
        let cases: [Case]
    }

    static func read() throws -> ChainVectors {
        let text = try Repository.text("proto/vectors/chains.json")
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        return ChainVectors(
            issuer: document.issuer, now: document.now, leeway: document.leeway,
            keys: document.keys.map { TokenText.decode($0.x) },
            tokens: document.cases.map { [UInt8]($0.token.utf8) })
    }
}
