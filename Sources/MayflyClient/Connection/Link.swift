private import CLinux
private import Glibc
internal import MayflyWire

/// One connection to a broker, shared by any number of tasks.
///
/// Callers write: whoever finds nobody writing sends what is queued, and what others queue in the
/// meantime goes with the next write. One thread of the link's own reads the answers, watches the
/// time, and goes on writing where the socket was full. The first failure ends the link and every
/// call on it.
final class Link: Sendable {
    /// What became of an attempt to make a call.
    enum Start {
        /// The closure will be called, once.
        case started
        /// The link takes no more calls: use another one. Nothing was sent.
        case over
        /// The request does not fit a frame. Nothing was sent.
        case tooLarge
    }

    struct State: ~Copyable {
        var calls = CallTable()
        var lastStream: StreamID
        /// Frames that nobody is sending yet.
        var queue = SendBuffer()
        /// Bytes ever queued, and ever given to the socket.
        var queuedOffset: UInt64 = 0
        var sentOffset: UInt64 = 0
        /// Someone is sending: only who set it touches the link's `sending` buffer.
        var isSending = false
        /// The socket was full: the link's thread sends on when it can.
        var awaitsSocket = false
        /// When the link's thread looks again by itself.
        var wakesAt = MonotonicTime(nanoseconds: .max)
        /// Stream ids are used up: ends when the last call does.
        var isRetired = false
        var failure: MayflyError?
    }

    let state: Lock<State>
    let descriptor: Descriptor
    private let waker: Descriptor
    private let sending = SendingBuffer()

    /// Takes over a connected, non-blocking socket and starts its thread.
    ///
    /// - Parameter lastStream: stream ids begin behind it.
    init(_ descriptor: Descriptor, lastStream: StreamID = .none) throws(MayflyError) {
        guard let waker = Descriptor(owning: clinux_eventfd()) else {
            throw .connection("no descriptor is left: \(systemMessage(errno))")
        }
        self.descriptor = descriptor
        self.waker = waker
        state = Lock(State(lastStream: lastStream))
        if let code = BackgroundThread.start(name: "mayfly-client", { [self] in run() }) {
            throw .connection("no thread can be started: \(systemMessage(code))")
        }
    }

    /// Ends the link: calls without an answer fail with `failure`.
    func close(_ failure: MayflyError) {
        state.withLock { state in state.failure = state.failure ?? failure }
        wake()
    }

    /// Whether another link is to be used for the next call.
    var isOver: Bool { state.withLock { $0.failure != nil || $0.isRetired } }

    // MARK: Calling

    /// Queues a request and sends it. `finish` is called on the link's thread and must be short.
    ///
    /// - Parameter handler: takes the messages of a method that answers with a stream.
    func start(
        _ method: Method, _ message: EncodedMessage, limit: Int, deadline: MonotonicTime,
        timeoutNanoseconds: Int64, stream handler: CallTable.Stream? = nil,
        finish: @escaping CallTable.Finish
    ) -> Start {
        let (start, isEarlier) = state.withLock { state -> (Start, Bool) in
            guard state.failure == nil, !state.isRetired else { return (.over, false) }
            guard let stream = state.lastStream.next else {
                state.isRetired = true
                return (.over, true)
            }
            let before = state.queue.bytes.count
            let fits = RequestEncoder.appendRequest(
                stream: stream, method: method, message: message,
                timeoutNanoseconds: timeoutNanoseconds, limit: limit, to: &state.queue.bytes)
            guard fits else { return (.tooLarge, false) }
            state.queuedOffset += UInt64(state.queue.bytes.count - before)
            state.lastStream = stream
            state.calls.insert(
                CallTable.Call(
                    deadline: deadline, endOffset: state.queuedOffset, stream: handler,
                    finish: finish),
                stream: stream)
            return (.started, deadline < state.wakesAt)
        }
        if isEarlier { wake() }
        if case .started = start { send() }
        return start
    }

    /// Sends what is queued, unless someone else is at it.
    func send() {
        while takeQueue() { guard writeOn() else { return } }
    }

    /// Whether there is something to send and it is now for this caller to do.
    private func takeQueue() -> Bool {
        state.withLock { state in
            guard !state.isSending, !state.queue.bytes.isEmpty, state.failure == nil else {
                return false
            }
            state.isSending = true
            swap(&state.queue, &sending.buffer)
            return true
        }
    }

    /// Writes the taken bytes; false where the rest is for the link's thread.
    private func writeOn() -> Bool {
        var written = 0
        var failure: MayflyError?
        var isFull = false
        while !sending.buffer.bytes.isEmpty && failure == nil && !isFull {
            let pending = sending.buffer.bytes.pending
            let count = clinux_send(descriptor.rawValue, pending.baseAddress, pending.count)
            if count >= 0 {
                sending.buffer.bytes.consumed(count)
                written += count
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                isFull = true
            } else if errno != EINTR {
                failure = .connection("the connection was lost: \(systemMessage(errno))")
            }
        }
        let isOver = state.withLock { state in
            state.sentOffset += UInt64(written)
            state.awaitsSocket = isFull
            state.isSending = isFull
            state.failure = state.failure ?? failure
            return state.failure != nil
        }
        if isFull || isOver { wake() }
        return !isFull && !isOver
    }

    /// The socket takes bytes again: the link's thread sends on.
    func sendOn() {
        if writeOn() { send() }
    }

    // MARK: The thread's alarm

    /// Makes the link's thread look at the state.
    func wake() {
        var one: UInt64 = 1
        _ = write(waker.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    func clearWake() {
        var count: UInt64 = 0
        _ = read(waker.rawValue, &count, MemoryLayout<UInt64>.size)
    }

    var wakeDescriptor: Int32 { waker.rawValue }
}

/// A buffer that can be swapped for another one.
struct SendBuffer: ~Copyable {
    var bytes = OutputBuffer()
}

/// What is being sent. Only who set `isSending` touches it, and the link's lock hands it on.
private final class SendingBuffer: @unchecked Sendable {
    // Unchecked, because the compiler cannot see who may touch it.
    var buffer = SendBuffer()
}
