internal import MayflyWire

/// Calls that carry a proof.
extension MayflyClient {
    /// How often a proof that came too late is made anew.
    private static let maximumProofs = 4

    /// Makes a call that carries a proof, with a new one where the one before came too late: a task
    /// that stood still between its number and its write can be overtaken by a thousand others, a
    /// clock can have been set, and another task can have used the challenge. Such a refusal has
    /// done nothing, so that trying again is safe.
    ///
    /// - Parameter need: of the first attempt.
    func prove<Response: DecodableMessage & Sendable>(
        _ method: Method, _ repetition: Channel.Repetition, need: Channel.SessionNeed = .any,
        for type: Response.Type,
        _ message: @Sendable (Session) throws(MayflyError) -> EncodedMessage
    ) async throws(MayflyError) -> Response {
        guard !Task.isCancelled else { throw .cancelled }
        var need = need
        var proofs = 0
        while true {
            proofs += 1
            do throws(MayflyError) {
                return try await channel.call(method, repetition, need: need, for: type) {
                    session throws(MayflyError) in
                    guard let session else { throw .protocolViolation("There is no challenge.") }
                    return try message(session)
                }
            } catch {
                guard case .refused(let refusal) = error, proofs < Self.maximumProofs else {
                    throw error
                }
                switch refusal.reason {
                case "PROOF_REPLAYED": break
                case "CHALLENGE_EXPIRED", "HOP_EXPIRED": need = .fresh
                default: throw error
                }
            }
        }
    }
}
