/// One change of what is to last.
enum Fact: Equatable {
    case grant(Grant)
    case grantGone(UInt64)
    case app(App)
    case appGone(UInt64)
    case launch(Launch)
    case launchGone(UInt64)
    case record(Record)
    case recordGone(UInt64)
    case key(SigningKey)
    case keyGone(UInt32)
    case offset(Int64)
}

struct Grant: Equatable {
    var serial: UInt64
    var id: WideID
    var token: WideID
    var instance: UInt64
    var orchestration: String
    var task: String
    var app: UInt64
    var epoch: UInt32
    var key: UInt32
    var publicKey: Fingerprint
    var scope: [String]
    var audience: [String]
    var issuedAt: Milliseconds
    var expiresAt: Milliseconds
    var notAfter: Milliseconds
    var isAttested: Bool
    var tether: Tether?
    /// The uid that is charged for it; `Shares.unnamed` for all that nobody named.
    var share: UInt32
    var link: Link?
    var renewals: UInt16
    var renewal: WideID?
    var uses: UInt32?
    var isByReference: Bool
    /// What the token's times have on top of the broker's own.
    var offset: Int64
    var unsigned: Fingerprint
    var position: Position

    /// Of a delegated grant.
    struct Link: Equatable {
        var parent: WideID
        var holder: WideID
        var root: WideID
        var subject: AgentID
        var depth: UInt8
        var hop: String
    }

    var depth: UInt8 { link?.depth ?? 0 }
    var root: WideID { link?.root ?? id }
    var agent: AgentID {
        link?.subject ?? AgentID(orchestration: orchestration, task: task, instance: instance)
    }

    /// A time as the grant's token tells it.
    func told(_ time: Milliseconds) -> Milliseconds { shifted(time, by: offset) }
}

struct App: Equatable {
    var serial: UInt64
    var name: String
    var ceiling: [String]
    var uids: [UInt32]
    var orchestrations: [String]
    var attestationKeys: [Fingerprint]
    var defaultLifetime: UInt32
    var maximumLifetime: UInt32
    var sharesUid: Bool
    var clientID: String?
    var secret: Fingerprint?
    var generation: UInt32?
    var generations: UInt32
    var heartbeat: Heartbeat
    var delegatesAcrossApps: Bool
    var epoch: UInt32
    var createdAt: Milliseconds
    var removedAt: Milliseconds?
    var position: Position
    var isRemoved: Bool { removedAt != nil }
}

struct Launch: Equatable {
    var serial: UInt64
    var secret: Fingerprint
    var app: UInt64
    var epoch: UInt32
    var ceiling: [String]
    var expiresAt: Milliseconds
    var agentLifetime: UInt32
    var share: UInt32
    var position: Position
}

/// A revoked task.
struct Record: Equatable {
    var serial: UInt64
    var orchestration: String?
    var task: String
    var allowsNew: Bool
    var createdAt: Milliseconds
    var lapsesAt: Milliseconds
    var position: Position

    /// Whether it is about what was granted under this name.
    func names(_ grant: Grant) -> Bool {
        task == grant.task && (orchestration == nil || orchestration == grant.orchestration)
    }
}

struct SigningKey: Equatable {
    enum State: UInt8 {
        case current = 1
        case retired = 2
        case revoked = 3
    }

    var number: UInt32
    var state: State
    var notBefore: Milliseconds
    var notAfter: Milliseconds?
    var position: Position
}

/// Never before the epoch.
func shifted(_ time: Milliseconds, by offset: Int64) -> Milliseconds {
    UInt64(max(0, Int64(clamping: time) + offset))
}
