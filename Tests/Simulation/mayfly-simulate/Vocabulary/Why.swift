/// Why something was refused, or is not valid, by the numbers of proto/AUDIT.md.
enum Why: UInt16, CaseIterable {
    case invalidLifetime = 5
    case invalidApp = 9
    case authenticationRequired = 20
    case alreadyAuthenticated = 21
    case appNotAllowed = 22
    case proofInvalid = 23
    case proofReplayed = 24
    case attestationKeyUnknown = 25
    case credentialsInvalid = 28
    case launchTokenInvalid = 29
    case tokenNotValid = 31
    case attemptsExhausted = 32
    case scopeViolation = 40
    case scopeReserved = 41
    case orchestrationNotOwned = 42
    case keyInUse = 43
    case audienceViolation = 44
    case usesViolation = 45
    case lifetimeViolation = 46
    case depthExceeded = 47
    case delegateUnknown = 48
    case hopMismatch = 49
    case hopExpired = 50
    case crossAppDelegation = 51
    case taskRevoked = 52
    case appExists = 60
    case appNotFound = 61
    case uidShared = 62
    case liveGrantsExhausted = 63
    case appsExhausted = 64
    case storageLow = 65
    case clockDeviates = 73
    case launchTokensExhausted = 74
    case renewalsExhausted = 75
    case grantHasChildren = 76
    case revocationNotFound = 77
    case revocationsExhausted = 78
    case keysExhausted = 80
    case released = 100
    case expired = 101
    case appRemoved = 102
    case ceilingLowered = 103
    case orphaned = 104
    case unknownGrant = 105
    case tokenMismatch = 106
    case keyRetired = 108
    case usesExhausted = 109
    case revoked = 110
    case superseded = 111
    case heartbeatMissed = 112
    case processExited = 113
    case connectionClosed = 114
    /// A reason that nothing here can bring about.
    case foreign = 65_535

    /// Whether a run of some length has to meet it. An end by its holder has no reason on record.
    var isMet: Bool { self != .foreign && self != .released }
}

/// What an audit record says, as far as the auditor foretells it.
struct Note: Equatable {
    enum Kind: UInt8, CaseIterable {
        case brokerStarted = 1
        case brokerStopped = 2
        case appRegistered = 3
        case appUpdated = 4
        case appDeregistered = 5
        case appAuthenticated = 6
        case agentSpawned = 7
        case grantReleased = 8
        case grantExpired = 9
        case grantEnded = 10
        case requestRefused = 11
        case refusalsSummarized = 12
        case launchTokenIssued = 13
        case launchTokensExpired = 14
        case agentRegistered = 15
        case tokenRenewed = 16
        case delegationCreated = 17
        case tokenRevoked = 18
        case agentRevoked = 19
        case taskRevoked = 20
        case chainRevoked = 21
        case revocationLifted = 22
        case revocationLapsed = 23
        case useConsumed = 24
        case heartbeatMissed = 25
        case keyRotated = 26
        case keyRetired = 27
        case timeAccepted = 28
    }

    var kind: Kind
    var grant: WideID?
    var why: Why?
    var count: UInt64?
    /// Of a grant that hangs on something: what that is.
    var detail = ""
}
