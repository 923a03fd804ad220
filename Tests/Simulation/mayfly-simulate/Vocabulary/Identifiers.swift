// The words that clients, broker and auditor share in the simulator: plain numbers, texts and
// lists. Nothing here and nothing in Auditor/ imports a room of the broker, so that the auditor's
// judgement is its own.

typealias Milliseconds = UInt64
/// How many events the log has.
typealias Position = UInt64
/// What stands for a text: of a token, a hop, a secret, a public key.
typealias Fingerprint = UInt64

/// A grant, a token or a renewal.
struct WideID: Hashable {
    var high: UInt64
    var low: UInt64
}

/// An agent as its SPIFFE ID has it.
struct AgentID: Hashable {
    var orchestration: String
    var task: String
    var instance: UInt64
}

/// Who asks, on which connection.
struct Peer: Hashable {
    var uid: UInt32
    /// The app that the connection speaks for.
    var app: UInt64?
    /// Of the secret that it proved; nil where its uid was enough.
    var generation: UInt32?
}

/// What a grant's life hangs on beside its expiry.
enum Tether: Hashable {
    /// A process has its pid for itself only as long as it runs.
    case process(pid: UInt32, start: UInt64)
    /// The same on a kernel that knows less.
    case processPid(pid: UInt32, start: UInt64)
    /// 0 for all of before the broker's start.
    case connection(UInt64)

    /// As the audit has it.
    var text: String {
        switch self {
        case .process(let pid, _), .processPid(let pid, _): "process \(pid)"
        case .connection: "connection"
        }
    }

    /// Why a grant ends with it.
    var why: Why {
        switch self {
        case .process, .processPid: .processExited
        case .connection: .connectionClosed
        }
    }

    /// What tokens say of it.
    var claim: String {
        switch self {
        case .process: "process"
        case .processPid: "process-pid"
        case .connection: "connection"
        }
    }

    var isConnection: Bool { if case .connection = self { true } else { false } }
}

/// A token as somebody holds it, or makes it up.
struct TokenCopy: Equatable {
    var grant: WideID
    /// Of its header and payload.
    var unsigned: Fingerprint
    var isSignatureGood = true
}

enum Fingerprints {
    static func of(_ text: String) -> Fingerprint {
        var text = text
        return text.withUTF8 { of($0) }
    }

    /// FNV-1a.
    static func of(_ bytes: some Sequence<UInt8>) -> Fingerprint {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
