internal import CLinux
internal import Glibc
internal import MayflyCore
internal import MayflyWire

/// Receiving, sending and closing.
extension Reactor {
    func attend(to connection: Connection, _ events: UInt32) {
        if events & clinux_epollout != 0 { markDirty(connection) }
        if events & clinux_epollin != 0 {
            receive(connection)
        } else if events & clinux_epollhup != 0 {
            close(connection)
        }
    }

    private func receive(_ connection: Connection) {
        guard !connection.readiness.isFinishing, connection.hasRoom,
            !connection.readiness.hasBacklog
        else { return updateInterest(of: connection) }
        let socket = connection.descriptor.rawValue
        let count =
            connection.refusesDescriptors
            ? clinux_receive(socket, scratch.baseAddress, scratch.count)
            : clinux_receive_closing(socket, scratch.baseAddress, scratch.count)
        guard count > 0 else {
            if count == 0 { return finish(connection) }
            if errno != EAGAIN && errno != EINTR { close(connection) }
            return
        }
        connection.progress.lastActivity = now
        let received = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        guard connection.input.isEmpty else {
            connection.input.append(received)
            return takeRequests(of: connection)
        }
        let consumed = takeFrames(in: received, of: connection)
        connection.input.append(UnsafeRawBufferPointer(rebasing: received[consumed...]))
        settle(connection, took: consumed)
    }

    /// Goes on with bytes that the connection keeps.
    func takeRequests(of connection: Connection) {
        let consumed = takeFrames(in: connection.input.pending, of: connection)
        connection.input.consumed(consumed)
        settle(connection, took: consumed)
    }

    /// Hands whole frames to the pipeline while the connection may have more; gives the bytes used.
    private func takeFrames(in bytes: UnsafeRawBufferPointer, of connection: Connection) -> Int {
        var offset = 0
        pipeline.beginConnection()
        while connection.hasRoom, pipeline.hasTurn, !connection.readiness.isFinishing {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            switch connection.reader.next(in: rest) {
            case .frame(let frame):
                pipeline.handle(frame, of: connection, at: now)
                offset += frame.consumed
            case .incomplete:
                connection.readiness.hasBacklog = false
                return offset
            case .refused(let stream, let fault, let consumed):
                pipeline.refuse(fault, stream: stream, of: connection, at: now)
                offset += consumed
                connection.readiness.isFinishing = fault.closes
            case .violation:
                connection.readiness.isFinishing = true
            }
            markDirty(connection)
        }
        connection.readiness.hasBacklog = offset < bytes.count
        if connection.readiness.hasBacklog && !connection.readiness.isFinishing {
            context.metrics.note(
                connection.hasRoom ? .verificationsPerTurn : .requestsInFlight)
        }
        return offset
    }

    /// After requests were taken: what remains is a started frame, or whole ones that must wait.
    private func settle(_ connection: Connection, took bytes: Int) {
        let isPartial =
            !connection.input.isEmpty && !connection.readiness.hasBacklog
            && !connection.readiness.isFinishing
        if !isPartial {
            connection.progress.frameBegan = nil
        } else if bytes > 0 || connection.progress.frameBegan == nil {
            connection.progress.frameBegan = now
        }
        queueBacklog(of: connection)
        if connection.readiness.isFinishing { markDirty(connection) }
        // What was answered is sent at the end of the turn, and the interest is set then: setting
        // it here as well would cost two calls a request.
        if !connection.readiness.isDirty { updateInterest(of: connection) }
    }

    /// Sends what is ready; what the peer does not take waits for the socket to be writable.
    func send(_ connection: Connection) {
        while !connection.replies.ready.isEmpty {
            let pending = connection.replies.ready.pending
            let sent = clinux_send(
                connection.descriptor.rawValue, pending.baseAddress, pending.count)
            if sent > 0 {
                connection.replies.ready.consumed(sent)
                continue
            }
            if errno == EINTR { continue }
            guard errno == EAGAIN else { return close(connection) }
            connection.progress.blockedSince = connection.progress.blockedSince ?? now
            break
        }
        // Taking a little now and then is not taking: the time runs until all has been taken.
        if connection.replies.ready.isEmpty {
            connection.progress.blockedSince = nil
            noteTaken(by: connection)
        }
        if connection.readiness.isFinishing && !connection.hasWork { return close(connection) }
        queueBacklog(of: connection)
        updateInterest(of: connection)
    }

    /// Requests that wait for room or for their turn get it.
    private func queueBacklog(of connection: Connection) {
        guard connection.readiness.hasBacklog, !connection.readiness.isQueued, connection.hasRoom,
            !connection.readiness.isFinishing
        else { return }
        connection.readiness.isQueued = true
        backlog.append(connection)
    }

    /// The peer sends no more: what is owed to it goes out, then the connection closes.
    private func finish(_ connection: Connection) {
        connection.readiness.isFinishing = true
        if connection.hasWork { updateInterest(of: connection) } else { close(connection) }
    }

    private func updateInterest(of connection: Connection) {
        let reads =
            connection.hasRoom && !connection.readiness.hasBacklog
            && !connection.readiness.isFinishing
        let wanted =
            (reads ? clinux_epollin : 0)
            | (connection.replies.ready.isEmpty ? 0 : clinux_epollout)
        guard wanted != connection.readiness.interest else { return }
        connection.readiness.interest = wanted
        poller.modify(connection.descriptor.rawValue, wanted, tag: connection.tag)
    }

    func close(_ connection: Connection) {
        guard !connection.readiness.isClosed else { return }
        connection.readiness.isClosed = true
        poller.remove(connection.descriptor.rawValue)
        connections[connection.tag] = nil
        leaveStream(connection)
        letGo(of: connection)
        context.countClosed()
    }
}
