internal import CLinux
internal import Glibc
internal import MayflyCore
internal import MayflyWire

/// Receiving, sending and closing.
extension Reactor {
    func attend(to connection: Connection, _ events: UInt32) {
        if events & clinux_epollout != 0 { markDirty(connection) }
        if events & clinux_epollin != 0 {
            turns.enqueue(connection)
        } else if events & clinux_epollhup != 0 {
            close(connection)
        }
    }

    /// The connection's turn: what it has left of what was read, else what is in its socket.
    func serve(_ connection: Connection) {
        guard !connection.readiness.isClosed else { return }
        if connection.readiness.hasBacklog {
            takeRequests(of: connection)
        } else {
            receive(connection)
        }
    }

    private func receive(_ connection: Connection) {
        let capacity = min(scratch.count, connection.receivableBytes)
        guard !connection.readiness.isFinishing, connection.hasRoom, capacity > 0
        else { return updateInterest(of: connection) }
        guard let count = read(connection, capacity) else { return close(connection) }
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

    /// What recv(2) gives; nil where the peer passes descriptors and its share has as many that are
    /// not closed yet as it may. Others of the share, who pass none, go on.
    private func read(_ connection: Connection, _ capacity: Int) -> Int? {
        if connection.refusesDescriptors {
            return clinux_receive(connection.socket, scratch.baseAddress, capacity)
        }
        if connection.share.passedDescriptors >= ShareLimits.passedDescriptorsPerUid,
            clinux_would_take(connection.socket, scratch.baseAddress, capacity) != 0
        {
            context.metrics.note(.passedDescriptors)
            return nil
        }
        var passed: Int32 = 0
        let count = clinux_receive_taking(
            connection.socket, scratch.baseAddress, capacity, &passedDescriptors, &passed)
        // Closing them is not for a thread that serves others: it can block.
        if passed > 0 {
            context.closer.closePassed(passedDescriptors[..<Int(passed)], of: connection.share)
        }
        return count
    }

    /// Goes on with bytes that the connection keeps.
    private func takeRequests(of connection: Connection) {
        let consumed = takeFrames(in: connection.input.pending, of: connection)
        connection.input.consumed(consumed)
        settle(connection, took: consumed)
    }

    /// Hands whole frames to the pipeline while the connection may have more; gives the bytes used.
    private func takeFrames(in bytes: UnsafeRawBufferPointer, of connection: Connection) -> Int {
        var offset = 0
        pipeline.beginConnection(isContested: isContested)
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
        connection.settleCharge()
        // What was answered is sent at the end of the turn, and the interest is set then: setting
        // it here as well would cost two calls a request.
        if !connection.readiness.isDirty { updateInterest(of: connection) }
    }

    /// Sends what is ready; what the peer does not take waits for the socket to be writable.
    func send(_ connection: Connection) {
        while !connection.replies.ready.isEmpty {
            let pending = connection.replies.ready.pending
            let sent = clinux_send(
                connection.socket, pending.baseAddress, pending.count)
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
        connection.settleCharge()
        queueBacklog(of: connection)
        updateInterest(of: connection)
    }

    /// Requests that wait for room or for their turn get it.
    private func queueBacklog(of connection: Connection) {
        guard connection.readiness.hasBacklog, connection.hasRoom,
            !connection.readiness.isFinishing
        else { return }
        turns.enqueue(connection)
    }

    /// The peer sends no more: what is owed to it goes out, then the connection closes.
    private func finish(_ connection: Connection) {
        connection.readiness.isFinishing = true
        if connection.hasWork { updateInterest(of: connection) } else { close(connection) }
    }

    func updateInterest(of connection: Connection) {
        let reads =
            connection.hasRoom && connection.receivableBytes > 0
            && !connection.readiness.hasBacklog && !connection.readiness.isFinishing
        let wanted =
            (reads ? clinux_epollin : 0)
            | (connection.replies.ready.isEmpty ? 0 : clinux_epollout)
        guard wanted != connection.readiness.interest else { return }
        connection.readiness.interest = wanted
        poller.modify(connection.socket, wanted, tag: connection.tag)
    }

    func close(_ connection: Connection) {
        guard !connection.readiness.isClosed else { return }
        connection.readiness.isClosed = true
        poller.remove(connection.socket)
        connections[connection.tag] = nil
        leaveStream(connection)
        letGo(of: connection)
        connection.closeRegistration()
        connection.dropBuffers()
        turns.leave(connection.lane)
        if connection.refusesDescriptors {
            context.shares.leave(connection.share)
        } else if let socket = connection.releaseDescriptor() {
            context.closer.closeConnection(socket, of: connection.share)
        }
    }
}
