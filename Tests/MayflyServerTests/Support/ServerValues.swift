internal import CLinux
internal import Glibc
internal import MayflyCore
internal import MayflyCrypto
@testable internal import MayflyServer
import Testing

extension Instant {
    static func at(_ milliseconds: UInt64) -> Instant { Instant(milliseconds: milliseconds) }
}

extension LogPosition {
    static func at(_ number: UInt64) -> LogPosition { LogPosition(rawValue: number) }
}

/// Takes over a descriptor just made.
func owned(_ rawValue: Int32) throws -> Descriptor {
    guard let descriptor = Descriptor(owning: rawValue) else {
        throw SystemFailure("making a descriptor")
    }
    return descriptor
}

/// A connection that nobody is at the other end of.
func makeConnection(
    _ role: SocketRole = .agents, share: Share = makeShare(), lane: Lane? = nil,
    at now: Instant = .zero
) throws -> Connection {
    Connection(
        tag: 1, descriptor: try owned(clinux_eventfd()), role: role,
        caller: Caller(uid: UserID(rawValue: 1), pid: ProcessID(rawValue: 1)), share: share,
        lane: lane ?? Lane(share.key), now: now)
}

func makeShare(
    _ key: ShareKey = .uid(UserID(rawValue: 1)), _ limits: ShareLimits = ShareLimits(),
    _ queued: Share.QueuedBytes = Share.QueuedBytes()
) -> Share {
    Share(key, limits, queued, number: 0)
}

func makeIssuer(
    _ issuer: String = "mayfly", trustDomain: String = "mayfly.local", keys: [UInt32] = [1]
) -> TokenIssuer {
    TokenIssuer(
        issuer: issuer, trustDomain: trustDomain, keys: makeKeyRing(keys),
        permutation: InstancePermutation(key: .random()))
}

/// Fresh keys of these numbers.
func makeKeyRing(_ numbers: [UInt32]) -> TokenKeyRing {
    TokenKeyRing(
        numbers.map { ($0, TokenSigner(key: Ed25519PrivateKey(seed: .random()))) })
}

/// A grant like those of the worked example in proto/PROTOCOL.md.
func makeGrant(
    orchestration: String = "nightly", task: String = "summarize",
    scope: [String] = ["read:data:customer-12345"], audience: [String] = []
) throws -> GrantRecord {
    GrantRecord(
        serial: Serial(rawValue: 1), id: GrantID(high: 0x5b1f_3c0e_9d2a_47c6, low: 2),
        token: TokenID(high: 3, low: 4), instance: InstanceID(rawValue: 0x5b1f_3c0e_9d2a_47c6),
        orchestration: try #require(Name(orchestration)), task: try #require(Name(task)),
        app: Serial(rawValue: 0), appEpoch: 1, key: KeyNumber(rawValue: 1),
        publicKey: try #require(PublicKey([UInt8](repeating: 7, count: 32))),
        scope: TextList(words: scope.map { [UInt8]($0.utf8) }),
        audience: TextList(words: audience.map { [UInt8]($0.utf8) }),
        issuedAt: .at(1_790_000_000_999), expiresAt: .at(1_790_000_300_000),
        notAfter: .at(1_790_000_300_000), proof: .agent, unsignedDigest: .zero,
        position: .start)
}
