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
        var session = try Session(answer, stream: caller.stream)
        let plan = share.plan
        let template = Conversation.template(
            plan, orchestration: orchestration, number: number)
        let crew = try Crew.spawn(
            plan.crewSize, template, delegates: plan.delegates, on: &caller, &session)
        session.skip(to: caller.stream)
        let conversation = Conversation(
            share: share, session: session, crew: crew, template: template, number: number)
        return Link(socket: caller.takeSocket(), conversation: conversation)
    }
}
