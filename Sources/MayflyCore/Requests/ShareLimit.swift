/// A limit that was reached: what `ErrorInfo.metadata["limit"]` of a refusal names. The texts are
/// part of the contract (proto/PROTOCOL.md, Limits).
package enum ShareLimit: String, Sendable, CaseIterable {
    // Of the whole broker.
    case liveGrants = "live_grants"
    case launchTokens = "launch_tokens"
    case apps = "apps"
    case revocations = "revocations"
    case keys = "keys"
    case boundProcesses = "bound_processes"
    case watchers = "watchers"

    // Of one uid, or of all together that nobody named.
    case liveGrantsPerUid = "live_grants_per_uid"
    case liveGrantBytesPerUid = "live_grant_bytes_per_uid"
    case launchTokensPerUid = "launch_tokens_per_uid"
    case connectionsPerUid = "connections_per_uid"
    case requestsInFlightPerUid = "requests_in_flight_per_uid"
    case queuedBytesPerUid = "queued_bytes_per_uid"
    case signaturesPerSecond = "signatures_per_second"
    case boundProcessesPerUid = "bound_processes_per_uid"
    case watchersPerUid = "watchers_per_uid"
    case challengesPerUid = "challenges_per_uid"

    // Of one app.
    case liveGrantsPerApp = "live_grants_per_app"
    case launchTokensPerApp = "launch_tokens_per_app"

    // Of one connection, one grant, one uid's attempts.
    case watchersPerConnection = "watchers_per_connection"
    case renewalsPerGrant = "renewals_per_grant"
    case failuresPerMinute = "failures_per_minute"

    package var text: String { rawValue }
}
