internal import MayflyCrypto
internal import MayflyWire

/// What a run connects with: an app, and the key that vouches for its batches.
struct Access: Sendable {
    let path: String
    let app: String
    let orchestration: String
    let attestation: AgentKeyPair?

    /// An authenticated connection, ready for load.
    func connect(_ share: Share, number: Int) throws(LoadFailure) -> Link {
        var caller = try Caller(path: path)
        let answer = try caller.call(
            .authenticate, AuthenticateRequestMessage(app: app),
            answer: AuthenticateResponseMessage.self)
        let session = try Session(answer, stream: caller.stream)
        return Link(
            socket: caller.takeSocket(),
            conversation: Conversation(
                share: share, session: session, orchestration: orchestration, number: number))
    }
}
