internal import MayflyCore
internal import MayflyWire

/// One request under way: whom to answer, on which stream, and when it came.
struct Request {
    let connection: Connection
    let stream: StreamID
    let now: Instant
    /// What it is counted as.
    var stamp: RequestStamp

    var caller: Caller { connection.caller }
}

extension Refusal {
    /// The message does not say what its type allows.
    init(_ failure: DecodeFailure) {
        self.init(.malformedMessage, "The message cannot be read: \(failure.sentence).")
    }
}

extension Refusal {
    /// What a program learns of it beyond the reason.
    var metadata: [(String, String)] { limit.map { [("limit", $0.text)] } ?? [] }
}

extension Reason {
    /// The gRPC code that goes with the reason (proto/PROTOCOL.md, Refusals).
    var status: StatusCode {
        switch self {
        case .invalidIdentifier, .invalidScope, .invalidAudience, .invalidPublicKey,
            .invalidLifetime, .invalidToken, .batchSize, .bindingUnsupported, .invalidApp,
            .malformedMessage, .tokenTooLarge, .fieldUnsupported, .invalidQuery, .invalidHop,
            .invalidRenewalID, .invalidTarget:
            .invalidArgument
        case .authenticationRequired, .proofInvalid, .proofReplayed, .credentialsInvalid,
            .launchTokenInvalid, .challengeExpired, .tokenNotValid:
            .unauthenticated
        case .appNotAllowed, .attestationKeyUnknown, .operatorOnly, .wrongSocket, .scopeViolation,
            .boundAgent, .scopeReserved, .orchestrationNotOwned, .audienceViolation, .usesViolation,
            .lifetimeViolation, .depthExceeded, .hopMismatch, .hopExpired, .crossAppDelegation,
            .taskRevoked:
            .permissionDenied
        case .keyInUse, .appExists:
            .alreadyExists
        case .appNotFound, .unknownGrant, .delegateUnknown, .revocationNotFound:
            .notFound
        case .alreadyAuthenticated, .uidShared, .grantHasChildren, .processNotFound,
            .processNotDescendant, .processNamespaceForeign:
            .failedPrecondition
        case .liveGrantsExhausted, .appsExhausted, .storageLow, .requestsExhausted, .frameTooLarge,
            .replyTooLarge, .attemptsExhausted, .launchTokensExhausted, .renewalsExhausted,
            .revocationsExhausted, .watchersExhausted, .keysExhausted, .usesExhausted,
            .shareExhausted, .processesExhausted:
            .resourceExhausted
        case .shuttingDown, .auditUnreadable, .clockDeviates, .keyStorageFailed:
            .unavailable
        case .unimplemented, .methodUnknown:
            .unimplemented
        case .released, .expired, .appRemoved, .ceilingLowered, .orphaned, .tokenMismatch, .reboot,
            .keyRetired, .revoked, .superseded, .heartbeatMissed, .processExited, .connectionClosed:
            .permissionDenied
        }
    }
}
