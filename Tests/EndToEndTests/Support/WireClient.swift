internal import CLinux
internal import Glibc
internal import MayflyWire

/// A peer that can say anything: whole calls, single bytes, or nothing at all. Blocking, with a
/// limit on every wait. Used by one thread.
final class WireClient {
    enum Failure: Error, Equatable {
        /// The broker has closed the connection; also where it was reset.
        case closed
        case timedOut
        /// What came is no answer of ours.
        case malformed(String)
    }

    /// What came back for one call.
    struct Reply {
        let stream: StreamID
        let status: RemoteStatus?
        let payload: [UInt8]
    }

    private(set) var descriptor: Int32
    var timeoutSeconds: Double
    private(set) var lastStream = StreamID.none
    /// Of this connection, once it has named its app.
    var session: Session?
    /// Received and not yet a whole frame.
    private var input: [UInt8] = []
    /// How much of the input was given back as answers.
    private var consumed = 0
    /// Answers that came while another was waited for.
    private var waiting: [StreamID: Reply] = [:]
    let arena = MessageArena(ceilingBytes: 64 << 20)

    init(_ path: String, timeoutSeconds: Double = 10) throws {
        self.timeoutSeconds = timeoutSeconds
        descriptor = clinux_unix_socket()
        guard descriptor >= 0 else { throw SystemError("making a socket") }
        guard clinux_unix_connect(descriptor, path) == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError("connecting to \(path)", code)
        }
    }

    /// Speaks by a socket that somebody else connected.
    init(takingOver descriptor: Int32, timeoutSeconds: Double = 10) {
        self.timeoutSeconds = timeoutSeconds
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { hangUp() }

    /// Ends the connection now; nothing can be done with it afterwards.
    func hangUp() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    // MARK: Bytes

    /// Sends all of it, as it is.
    func send(_ bytes: [UInt8]) throws {
        let deadline = Deadline(seconds: timeoutSeconds)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { clinux_send(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), until: deadline)
            } else if errno != EINTR {
                throw Failure.closed
            }
        }
    }

    /// Sends what the kernel takes without waiting; gives the number of bytes.
    func sendWithoutWaiting(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes { clinux_send(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw Failure.closed }
        return 0
    }

    /// Some bytes, as they come; empty at the end of the connection.
    func receive(atMost capacity: Int = 256 << 10) throws -> [UInt8] {
        let deadline = Deadline(seconds: timeoutSeconds)
        var bytes = [UInt8](repeating: 0, count: capacity)
        while true {
            let count = recv(descriptor, &bytes, capacity, 0)
            if count >= 0 { return Array(bytes[..<count]) }
            if errno == ECONNRESET { return [] }
            guard errno == EAGAIN || errno == EINTR else { throw SystemError("receiving") }
            try wait(for: Int16(POLLIN), until: deadline)
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    private func wait(for events: Int16, until deadline: Deadline) throws {
        var polled = pollfd(fd: descriptor, events: events, revents: 0)
        guard poll(&polled, 1, deadline.milliseconds) > 0 || !deadline.isOver else {
            throw Failure.timedOut
        }
    }

    // MARK: Frames

    /// The stream for the next call.
    func nextStream() throws -> StreamID {
        guard let next = lastStream.next else { throw Failure.malformed("no stream id is left") }
        lastStream = next
        return next
    }

    /// The next answer, whichever call it is for.
    func receiveReply() throws -> Reply {
        while true {
            if let reply = try takeReply() { return reply }
            let received = try receive()
            if received.isEmpty { throw Failure.closed }
            input.append(contentsOf: received)
        }
    }

    /// The first whole answer of what was received.
    ///
    /// Read without the client's side of the codec: that one refuses an answer on an even stream,
    /// which a broker gives to who calls on one.
    private func takeReply() throws -> Reply? {
        let taken = try input.withUnsafeBytes { bytes -> (Reply, Int)? in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            guard let header = FrameHeader(bytes) else { return nil }
            let end = FrameHeader.size + Int(header.length)
            guard header.type == FrameType.response.rawValue, header.flags == 0,
                header.length <= WireLimits.outboundFrameBytes
            else { throw Failure.malformed("not a response: \(header)") }
            guard bytes.count >= end else { return nil }
            let data = UnsafeRawBufferPointer(rebasing: bytes[FrameHeader.size..<end])
            do throws(DecodeFailure) {
                let envelope = try ResponseEnvelope.decode(data)
                let reply = Reply(
                    stream: header.stream, status: envelope.status,
                    payload: envelope.payload.bytes)
                return (reply, end)
            } catch {
                throw Failure.malformed(error.sentence)
            }
        }
        guard let (reply, length) = taken else {
            input.removeFirst(consumed)
            consumed = 0
            return nil
        }
        consumed += length
        return reply
    }

    /// The answer on this stream; others are kept for who asks for them.
    func reply(to stream: StreamID) throws -> Reply {
        while true {
            if let reply = waiting.removeValue(forKey: stream) { return reply }
            let reply = try receiveReply()
            waiting[reply.stream] = reply
        }
    }

    /// Sends as the broker takes it and receives as it answers, both at once: who only sends is
    /// made to wait by a broker whose answers nobody takes.
    func exchange(_ bytes: [UInt8], expecting count: Int) throws -> [Reply] {
        let deadline = Deadline(seconds: timeoutSeconds)
        var rest = bytes[...]
        var replies: [Reply] = []
        while replies.count < count {
            if let reply = try takeReply() {
                replies.append(reply)
                continue
            }
            var polled = pollfd(
                fd: descriptor, events: Int16(rest.isEmpty ? POLLIN : POLLIN | POLLOUT),
                revents: 0)
            guard poll(&polled, 1, deadline.milliseconds) > 0 else { throw Failure.timedOut }
            if polled.revents & Int16(POLLOUT) != 0 {
                rest = rest.dropFirst(try sendWithoutWaiting(rest))
            }
            if polled.revents & Int16(POLLIN | POLLHUP) != 0 {
                let received = try receive()
                if received.isEmpty { throw Failure.closed }
                input.append(contentsOf: received)
            }
        }
        return replies
    }

    /// Waits until the broker has closed the connection; what it still says is given back.
    func receiveUntilClosed() throws -> [Reply] {
        var replies: [Reply] = []
        while true {
            do {
                replies.append(try receiveReply())
            } catch Failure.closed {
                return replies
            }
        }
    }
}
