private import CLinux
private import Glibc
internal import MayflyWire

/// The link's own thread: answers, time, and a socket that was full.
extension Link {
    /// What to wait for.
    private struct Watch {
        var awaitsSocket = false
        /// Nil waits without end.
        var wakesAt: MonotonicTime?
        /// The link is over, but someone is still in the middle of a write: only the write's end
        /// tells which calls the broker can have seen.
        var isEnding = false
    }

    func run() {
        var intake = Intake()
        while let watch = nextWatch() {
            var places = [
                pollfd(
                    // A negative one is passed over.
                    fd: watch.isEnding ? -1 : descriptor.rawValue,
                    events: Int16(POLLIN | (watch.awaitsSocket ? POLLOUT : 0)), revents: 0),
                pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&places, nfds_t(places.count), milliseconds(until: watch.wakesAt))
            if places[1].revents != 0 { clearWake() }
            let isWritable = places[0].revents & Int16(POLLOUT | POLLERR | POLLHUP) != 0
            if watch.awaitsSocket && isWritable { sendOn() }
            if places[0].revents & Int16(POLLIN | POLLERR | POLLHUP) != 0 {
                do throws(MayflyError) {
                    try receive(&intake)
                } catch {
                    close(error)
                }
            }
            expireCalls()
        }
        finish()
    }

    /// Nil when the link is over.
    private func nextWatch() -> Watch? {
        state.withLock { state in
            if state.calls.isOverrun && state.failure == nil {
                state.failure = .connection("the broker has stopped answering")
            }
            if state.failure != nil {
                let isWriting = state.isSending && !state.awaitsSocket
                return isWriting ? Watch(isEnding: true) : nil
            }
            if state.isRetired && state.calls.isEmpty { return nil }
            let deadline = state.calls.nextDeadline
            state.wakesAt = deadline ?? MonotonicTime(nanoseconds: .max)
            return Watch(awaitsSocket: state.awaitsSocket, wakesAt: deadline)
        }
    }

    /// Rounded up, so that what is due is due when the thread looks.
    private func milliseconds(until time: MonotonicTime?) -> Int32 {
        guard let time else { return -1 }
        let nanoseconds = time.nanoseconds(since: .now())
        return Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
    }

    private func expireCalls() {
        let now = MonotonicTime.now()
        let expired = state.withLock { state in state.calls.expire(at: now) }
        // What is still queued will be sent.
        for call in expired { call.finish(.failed(.timeout, wasSent: true)) }
    }

    /// Every call that is left fails, and the broker sees the end at once.
    private func finish() {
        let (left, failure, sent) = state.withLock { state in
            let failure = state.failure ?? .closed
            state.failure = failure
            return (state.calls.drain(), failure, state.sentOffset)
        }
        shutdown(descriptor.rawValue, Int32(SHUT_RDWR))
        for call in left {
            call.finish(.failed(failure, wasSent: call.endOffset <= sent))
        }
    }

    // MARK: Answers

    /// What the thread reads with.
    private struct Intake: ~Copyable {
        var buffer = ReceiveBuffer()
        var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
        let arena = MessageArena()
    }

    private func receive(_ intake: inout Intake) throws(MayflyError) {
        while true {
            let room = intake.buffer.room
            let count = clinux_receive(descriptor.rawValue, room.baseAddress, room.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN || errno == EWOULDBLOCK { return }
                throw .connection("the connection was lost: \(systemMessage(errno))")
            }
            guard count > 0 else { throw .connection("the broker closed the connection") }
            intake.buffer.received(count)
            try deliverFrames(&intake)
            // A short read has emptied the socket.
            if count < room.count { return }
        }
    }

    private func deliverFrames(_ intake: inout Intake) throws(MayflyError) {
        while true {
            switch intake.reader.next(in: intake.buffer.bytes) {
            case .frame(let frame):
                try deliver(frame, intake.arena)
                intake.buffer.consume(frame.consumed)
            case .incomplete(let needed):
                intake.buffer.makeRoom(for: needed)
                return
            case .refused(_, let fault, _), .violation(let fault):
                throw .protocolViolation("\(fault.sentence)")
            }
        }
    }

    private func deliver(_ frame: Frame, _ arena: MessageArena) throws(MayflyError) {
        switch frame.type {
        case .response: try deliverAnswer(frame, arena)
        case .data: try deliverMessage(frame, arena)
        case .request: throw .protocolViolation("a request is not expected here")
        }
    }

    /// One message of a stream, or its end.
    private func deliverMessage(_ frame: Frame, _ arena: MessageArena) throws(MayflyError) {
        let now = MonotonicTime.now()
        guard let stream = state.withLock({ $0.calls.stream(frame.stream, heardAt: now) }) else {
            throw .protocolViolation(
                "a message came on stream \(frame.stream.rawValue), where no stream is open")
        }
        arena.reset()
        if frame.carriesMessage { try stream.take(ByteView(frame.payload), arena) }
        if frame.endsStream, case .call(let call) = state.withLock({ $0.calls.take(frame.stream) })
        {
            call.finish(.reply(.empty, arena))
        }
    }

    private func deliverAnswer(_ frame: Frame, _ arena: MessageArena) throws(MayflyError) {
        let call: CallTable.Call
        switch state.withLock({ $0.calls.take(frame.stream) }) {
        case .call(let waiting): call = waiting
        case .late: return
        case .unknown:
            throw .protocolViolation(
                "an answer came on stream \(frame.stream.rawValue), where no call waits")
        }
        do throws(DecodeFailure) {
            let envelope = try ResponseEnvelope.decode(frame.payload)
            arena.reset()
            call.finish(
                envelope.status.map { .refused($0) } ?? .reply(envelope.payload, arena))
        } catch {
            let violation = MayflyError.protocolViolation(error.sentence)
            call.finish(.failed(violation, wasSent: true))
            throw violation
        }
    }
}
