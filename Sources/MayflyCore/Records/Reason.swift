/// Every stable code that an answer or an audit record can carry. Numbers are part of the leaf
/// encoding (proto/AUDIT.md) and are never reused.
package enum Reason: UInt16, Sendable, CaseIterable, Error {
    // The request is not well formed.
    case invalidIdentifier = 1
    case invalidScope = 2
    case invalidAudience = 3
    case invalidPublicKey = 4
    case invalidLifetime = 5
    case invalidToken = 6
    case batchSize = 7
    case bindingUnsupported = 8
    case invalidApp = 9
    case malformedMessage = 10
    case tokenTooLarge = 11
    case fieldUnsupported = 12
    case invalidQuery = 13
    case invalidHop = 14
    case invalidRenewalID = 15
    case invalidTarget = 16

    // The caller is not who it would have to be.
    case authenticationRequired = 20
    case alreadyAuthenticated = 21
    case appNotAllowed = 22
    case proofInvalid = 23
    case proofReplayed = 24
    case attestationKeyUnknown = 25
    case operatorOnly = 26
    case wrongSocket = 27
    case credentialsInvalid = 28
    case launchTokenInvalid = 29
    case challengeExpired = 30
    /// All that a caller learns of a token that may not renew, delegate or beat.
    case tokenNotValid = 31
    case attemptsExhausted = 32
    /// A grant cannot be bound to this process: it is gone, or was never there.
    case processNotFound = 33
    /// Or the caller did not start it.
    case processNotDescendant = 34
    /// Or the broker's pid namespace is another's, and pids mean something else in it.
    case processNamespaceForeign = 35
    /// A process that a grant is bound to speaks for no app, and is no operator.
    case boundAgent = 36

    // The caller may not have this.
    case scopeViolation = 40
    case scopeReserved = 41
    case orchestrationNotOwned = 42
    case keyInUse = 43
    case audienceViolation = 44
    case usesViolation = 45
    case lifetimeViolation = 46
    case depthExceeded = 47
    case delegateUnknown = 48
    /// The hop does not follow from the delegator's grant: key, holding, parent, depth or `prev`.
    case hopMismatch = 49
    case hopExpired = 50
    case crossAppDelegation = 51
    case taskRevoked = 52

    // The state of things does not allow it.
    case appExists = 60
    case appNotFound = 61
    case uidShared = 62
    case liveGrantsExhausted = 63
    case appsExhausted = 64
    case storageLow = 65
    case shuttingDown = 66
    case unimplemented = 67
    case methodUnknown = 68
    case requestsExhausted = 69
    case frameTooLarge = 70
    case replyTooLarge = 71
    case auditUnreadable = 72
    case clockDeviates = 73
    case launchTokensExhausted = 74
    case renewalsExhausted = 75
    case grantHasChildren = 76
    case revocationNotFound = 77
    case revocationsExhausted = 78
    case watchersExhausted = 79
    case keysExhausted = 80
    case keyStorageFailed = 81
    /// The caller's share of something is used up.
    case shareExhausted = 82
    case processesExhausted = 83

    // Why a grant ended, or a token is not valid.
    case released = 100
    case expired = 101
    case appRemoved = 102
    case ceilingLowered = 103
    case orphaned = 104
    case unknownGrant = 105
    case tokenMismatch = 106
    case reboot = 107
    case keyRetired = 108
    case usesExhausted = 109
    case revoked = 110
    /// Another token of the grant took its place, or another instance of the task its agent's.
    case superseded = 111
    case heartbeatMissed = 112
    /// The process that it was bound to exited.
    case processExited = 113
    /// The connection that it was bound to closed, or the process that had opened it exited.
    case connectionClosed = 114

    /// UPPER_SNAKE_CASE, as `google.rpc.ErrorInfo.reason` has it.
    package var code: String {
        var code = ""
        var isInCapitals = false
        for character in "\(self)" {
            if character.isUppercase && !isInCapitals { code.append("_") }
            isInCapitals = character.isUppercase
            code.append(contentsOf: character.uppercased())
        }
        return code
    }
}
