internal import MayflyCrypto
internal import MayflyWire

/// The operator's side of a run, each call on a connection of its own.
struct Operator: Sendable {
    let path: String

    func status() throws(LoadFailure) -> StatusResponseMessage {
        var caller = try Caller(path: path)
        return try caller.call(
            .status, StatusRequestMessage(), answer: StatusResponseMessage.self)
    }

    /// Makes an app that this uid is.
    func createApp(_ app: AppMessage) throws(LoadFailure) {
        var caller = try Caller(path: path)
        _ = try caller.call(
            .createApp, CreateAppRequestMessage(app: app), answer: CreateAppResponseMessage.self)
    }

    /// Ends all that was granted under a task; the answer, and how long it took.
    func revoke(task: String) throws(LoadFailure) -> (RevokeResponseMessage, nanoseconds: UInt64) {
        var caller = try Caller(path: path)
        // The connection is there, and known to be the operator's, before the clock runs.
        _ = try caller.call(.status, StatusRequestMessage(), answer: StatusResponseMessage.self)
        var request = RevokeRequestMessage()
        request.level = .task
        request.target = task
        let start = Moment.now()
        let answer = try caller.call(.revoke, request, answer: RevokeResponseMessage.self)
        return (answer, Moment.now().nanoseconds(since: start))
    }

    func liftRevocation(_ record: UInt64) throws(LoadFailure) {
        var caller = try Caller(path: path)
        _ = try caller.call(
            .liftRevocation, LiftRevocationRequestMessage(recordID: record),
            answer: LiftRevocationResponseMessage.self)
    }

    func removeApp(_ name: String) throws(LoadFailure) {
        var caller = try Caller(path: path)
        _ = try caller.call(
            .removeApp, RemoveAppRequestMessage(name: name), answer: RemoveAppResponseMessage.self)
    }
}
