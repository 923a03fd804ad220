import Testing

@testable import MayflyCore

@Suite struct ReasonTests {
    /// The stable codes of the contract (proto/PROTOCOL.md) with the numbers of the leaf encoding
    /// (proto/AUDIT.md). Once released a line may be added, never changed.
    static let table: [(Reason, UInt16, String)] = [
        (.invalidIdentifier, 1, "INVALID_IDENTIFIER"),
        (.invalidScope, 2, "INVALID_SCOPE"),
        (.invalidAudience, 3, "INVALID_AUDIENCE"),
        (.invalidPublicKey, 4, "INVALID_PUBLIC_KEY"),
        (.invalidLifetime, 5, "INVALID_LIFETIME"),
        (.invalidToken, 6, "INVALID_TOKEN"),
        (.batchSize, 7, "BATCH_SIZE"),
        (.bindingUnsupported, 8, "BINDING_UNSUPPORTED"),
        (.invalidApp, 9, "INVALID_APP"),
        (.malformedMessage, 10, "MALFORMED_MESSAGE"),
        (.tokenTooLarge, 11, "TOKEN_TOO_LARGE"),
        (.fieldUnsupported, 12, "FIELD_UNSUPPORTED"),
        (.invalidQuery, 13, "INVALID_QUERY"),
        (.invalidHop, 14, "INVALID_HOP"),
        (.invalidRenewalID, 15, "INVALID_RENEWAL_ID"),
        (.invalidTarget, 16, "INVALID_TARGET"),
        (.authenticationRequired, 20, "AUTHENTICATION_REQUIRED"),
        (.alreadyAuthenticated, 21, "ALREADY_AUTHENTICATED"),
        (.appNotAllowed, 22, "APP_NOT_ALLOWED"),
        (.proofInvalid, 23, "PROOF_INVALID"),
        (.proofReplayed, 24, "PROOF_REPLAYED"),
        (.attestationKeyUnknown, 25, "ATTESTATION_KEY_UNKNOWN"),
        (.operatorOnly, 26, "OPERATOR_ONLY"),
        (.wrongSocket, 27, "WRONG_SOCKET"),
        (.credentialsInvalid, 28, "CREDENTIALS_INVALID"),
        (.launchTokenInvalid, 29, "LAUNCH_TOKEN_INVALID"),
        (.challengeExpired, 30, "CHALLENGE_EXPIRED"),
        (.tokenNotValid, 31, "TOKEN_NOT_VALID"),
        (.attemptsExhausted, 32, "ATTEMPTS_EXHAUSTED"),
        (.processNotFound, 33, "PROCESS_NOT_FOUND"),
        (.processNotDescendant, 34, "PROCESS_NOT_DESCENDANT"),
        (.processNamespaceForeign, 35, "PROCESS_NAMESPACE_FOREIGN"),
        (.boundAgent, 36, "BOUND_AGENT"),
        (.scopeViolation, 40, "SCOPE_VIOLATION"),
        (.scopeReserved, 41, "SCOPE_RESERVED"),
        (.orchestrationNotOwned, 42, "ORCHESTRATION_NOT_OWNED"),
        (.keyInUse, 43, "KEY_IN_USE"),
        (.audienceViolation, 44, "AUDIENCE_VIOLATION"),
        (.usesViolation, 45, "USES_VIOLATION"),
        (.lifetimeViolation, 46, "LIFETIME_VIOLATION"),
        (.depthExceeded, 47, "DEPTH_EXCEEDED"),
        (.delegateUnknown, 48, "DELEGATE_UNKNOWN"),
        (.hopMismatch, 49, "HOP_MISMATCH"),
        (.hopExpired, 50, "HOP_EXPIRED"),
        (.crossAppDelegation, 51, "CROSS_APP_DELEGATION"),
        (.taskRevoked, 52, "TASK_REVOKED"),
        (.appExists, 60, "APP_EXISTS"),
        (.appNotFound, 61, "APP_NOT_FOUND"),
        (.uidShared, 62, "UID_SHARED"),
        (.liveGrantsExhausted, 63, "LIVE_GRANTS_EXHAUSTED"),
        (.appsExhausted, 64, "APPS_EXHAUSTED"),
        (.storageLow, 65, "STORAGE_LOW"),
        (.shuttingDown, 66, "SHUTTING_DOWN"),
        (.unimplemented, 67, "UNIMPLEMENTED"),
        (.methodUnknown, 68, "METHOD_UNKNOWN"),
        (.requestsExhausted, 69, "REQUESTS_EXHAUSTED"),
        (.frameTooLarge, 70, "FRAME_TOO_LARGE"),
        (.replyTooLarge, 71, "REPLY_TOO_LARGE"),
        (.auditUnreadable, 72, "AUDIT_UNREADABLE"),
        (.clockDeviates, 73, "CLOCK_DEVIATES"),
        (.launchTokensExhausted, 74, "LAUNCH_TOKENS_EXHAUSTED"),
        (.renewalsExhausted, 75, "RENEWALS_EXHAUSTED"),
        (.grantHasChildren, 76, "GRANT_HAS_CHILDREN"),
        (.revocationNotFound, 77, "REVOCATION_NOT_FOUND"),
        (.revocationsExhausted, 78, "REVOCATIONS_EXHAUSTED"),
        (.watchersExhausted, 79, "WATCHERS_EXHAUSTED"),
        (.keysExhausted, 80, "KEYS_EXHAUSTED"),
        (.keyStorageFailed, 81, "KEY_STORAGE_FAILED"),
        (.shareExhausted, 82, "SHARE_EXHAUSTED"),
        (.processesExhausted, 83, "PROCESSES_EXHAUSTED"),
        (.released, 100, "RELEASED"),
        (.expired, 101, "EXPIRED"),
        (.appRemoved, 102, "APP_REMOVED"),
        (.ceilingLowered, 103, "CEILING_LOWERED"),
        (.orphaned, 104, "ORPHANED"),
        (.unknownGrant, 105, "UNKNOWN_GRANT"),
        (.tokenMismatch, 106, "TOKEN_MISMATCH"),
        (.reboot, 107, "REBOOT"),
        (.keyRetired, 108, "KEY_RETIRED"),
        (.usesExhausted, 109, "USES_EXHAUSTED"),
        (.revoked, 110, "REVOKED"),
        (.superseded, 111, "SUPERSEDED"),
        (.heartbeatMissed, 112, "HEARTBEAT_MISSED"),
        (.processExited, 113, "PROCESS_EXITED"),
        (.connectionClosed, 114, "CONNECTION_CLOSED"),
    ]

    @Test(arguments: table)
    func `a reason keeps its number and its code`(reason: Reason, number: UInt16, code: String) {
        #expect(reason.rawValue == number)
        #expect(reason.code == code)
    }

    @Test func `every reason is in the table once, and no two share a code`() {
        #expect(Set(Self.table.map(\.0)) == Set(Reason.allCases))
        #expect(Set(Reason.allCases.map(\.code)).count == Reason.allCases.count)
        #expect(Self.table.count == Reason.allCases.count)
    }

    @Test func `an event kind is found by its text, and by no other`() {
        for kind in EventKind.allCases { #expect(EventKind(text: kind.text) == kind) }
        #expect(Set(EventKind.allCases.map(\.text)).count == EventKind.allCases.count)
        #expect(EventKind(text: "agent-spawned") == nil)
        #expect(EventKind(text: "") == nil)
    }
}
