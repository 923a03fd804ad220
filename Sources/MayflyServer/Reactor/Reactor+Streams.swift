internal import MayflyCore
internal import MayflyWire

/// What the feed has for this reactor's connections.
extension Reactor {
    func take(_ delivery: StreamDelivery) {
        switch delivery.content {
        case .message(let message):
            for connection in watching(delivery) {
                push(message, to: connection, awaitsTaking: delivery.awaitsTaking)
            }
        case .end(let refusal):
            for connection in watching(delivery) { endStream(of: connection, refusal) }
        }
    }

    private func watching(_ delivery: StreamDelivery) -> [Connection] {
        delivery.watchers.compactMap { connections[$0] }.filter { $0.watch != nil }
    }

    private func push(
        _ message: StreamMessage, to connection: Connection, awaitsTaking: Bool
    ) {
        guard let watch = connection.watch else { return }
        // It can come back and go on from its position; what it does not read is not kept for it.
        guard connection.replies.bytes <= connection.unsentStreamLimit else {
            context.metrics.note(.slowWatcher)
            return close(connection)
        }
        let fits = ResponseEncoder.appendData(
            stream: watch.stream, message: message.encoded, to: &connection.replies.ready)
        precondition(fits, "the digests of one message fit one frame")
        connection.settleCharge()
        if awaitsTaking { connection.watch?.owesTaking = true }
        markDirty(connection)
    }

    /// All has been sent: a watcher that is behind may have more.
    func noteTaken(by connection: Connection) {
        guard let watch = connection.watch, watch.owesTaking else { return }
        connection.watch?.owesTaking = false
        context.feed.took(watch.watcher)
    }

    /// The broker drains: whoever watches is told so.
    func endStreams() {
        let refusal = Refusal(
            .shuttingDown, "The broker is stopping; go on from the last position when it is back.")
        for connection in connections.values where connection.watch != nil {
            endStream(of: connection, refusal)
        }
    }

    private func endStream(of connection: Connection, _ refusal: Refusal) {
        guard let watch = connection.watch else { return }
        leaveStream(connection)
        ResponseEncoder.appendStatus(
            stream: watch.stream, code: refusal.reason.status, message: refusal.sentence,
            reason: refusal.reason.code, metadata: refusal.metadata,
            to: &connection.replies.ready)
        markDirty(connection)
    }

    func leaveStream(_ connection: Connection) {
        guard let watch = connection.watch else { return }
        connection.watch = nil
        connection.share.leaveWatcher()
        context.feed.leave(watch.watcher)
    }
}
