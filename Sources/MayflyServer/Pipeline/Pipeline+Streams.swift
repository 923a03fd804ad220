internal import MayflyCore
internal import MayflyWire

/// The stream of ends. Its messages come from the feed (`Feed/`), through the connection's reactor.
extension Pipeline {
    /// How many connections follow the ends.
    var watchers: Int { context.feed.watcherCount }

    func watchRevocations(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(WatchRevocationsRequestMessage.self, payload)
        let connection = request.connection
        guard connection.watch == nil else {
            throw Refusal(
                .watchersExhausted, "A connection follows one stream; open another connection.",
                limit: .watchersPerConnection)
        }
        guard connection.share.takeWatcher() else {
            throw Refusal(
                .shareExhausted,
                "\(connection.share.limits.watchersPerUid) connections of this uid follow the ends "
                    + "already.", limit: .watchersPerUid)
        }
        guard let inbox = connection.inbox,
            let watcher = context.feed.join(
                connection.tag, at: inbox, after: message.afterPosition)
        else {
            connection.share.leaveWatcher()
            throw Refusal(
                .watchersExhausted,
                "\(EndFeed.maximumWatchers) connections follow the ends already.", limit: .watchers)
        }
        connection.watch = Connection.Watch(watcher: watcher, stream: request.stream)
    }
}
