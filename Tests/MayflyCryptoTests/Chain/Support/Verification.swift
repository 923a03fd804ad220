import MayflyCrypto
import Testing

/// What a broker's clients would have configured: its keys and its name.
private let verifier = IssuerText(ChainForge.issuer).map {
    ChainVerifier(keys: ChainForge.brokerKeys, issuer: $0)
}

func verify(
    _ token: [UInt8], for audience: String? = nil, now: UInt64 = ChainForge.now
) throws -> Result<VerifiedChain, ChainRefusal> {
    let audience = try audience.map { try #require(AudienceText($0)) }
    return try #require(verifier).verify(
        token, for: audience, now: now, leeway: ChainForge.leeway)
}

/// nil where the token is accepted.
func refusal(_ token: [UInt8], for audience: String? = nil) throws -> ChainRefusal? {
    switch try verify(token, for: audience) {
    case .success: nil
    case .failure(let refusal): refusal
    }
}
