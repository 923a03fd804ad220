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

    func removeApp(_ name: String) throws(LoadFailure) {
        var caller = try Caller(path: path)
        _ = try caller.call(
            .removeApp, RemoveAppRequestMessage(name: name), answer: RemoveAppResponseMessage.self)
    }
}
