internal import MayflyWire

/// The way to one broker: a link when there is one, a new one when it is gone, and what a call does
/// when it is lost in between.
final class Channel: Sendable {
    /// A link that is ready for calls.
    struct Connected: Sendable {
        let link: Link
        /// Nil where the connection speaks for no app.
        let session: Session?
        /// On the data of a request's frame, in bytes.
        let requestLimit: Int
    }

    /// Whether a call may be made again when its reply is lost.
    enum Repetition {
        case allowed
        /// Made twice it would do twice.
        case forbidden
    }

    typealias Connection = Result<Connected, MayflyError>

    private enum Phase {
        case idle
        case connecting([UnsafeContinuation<Connection, Never>])
        case connected(Connected)
        case closed
    }

    private struct State {
        var phase = Phase.idle
    }

    /// A link may be found used up or lost before anything was sent; then another is tried, a few
    /// times, because nothing was done yet.
    private static let maximumAttempts = 4

    private let state = Lock(State())
    private let dialer: Dialer
    private let app: String?
    private let options: ClientOptions
    private let firstLimit: Int

    /// - Parameters:
    ///   - app: named on every connection; nil speaks for none.
    ///   - firstLimit: on a request's frame as long as no app is named.
    init(_ dialer: Dialer, app: String?, options: ClientOptions, firstLimit: Int) {
        self.dialer = dialer
        self.app = app
        self.options = options
        self.firstLimit = firstLimit
    }

    deinit { close() }

    /// Ends the link; calls under way fail with `closed`, and so does every call from now on.
    func close() {
        let phase = state.withLock { state in
            defer { state.phase = .closed }
            return state.phase
        }
        switch phase {
        case .connected(let connected): connected.link.close(.closed)
        case .connecting(let waiting):
            for continuation in waiting { continuation.resume(returning: .failure(.closed)) }
        case .idle, .closed: break
        }
    }

    // MARK: Calls

    /// Makes a call and waits for its answer.
    ///
    /// - Parameter message: makes the request anew for each connection it is tried on.
    func call<Response: DecodableMessage & Sendable>(
        _ method: Method, _ repetition: Repetition, timeout: Duration? = nil,
        for type: Response.Type,
        _ message: @Sendable (Session?) throws(MayflyError) -> EncodedMessage
    ) async throws(MayflyError) -> Response {
        let timeout = timeout ?? options.callTimeout
        var attempts = 0
        var wasRepeated = false
        while true {
            attempts += 1
            let connected = try await connected()
            let call = OutgoingCall(
                method: method, message: try message(connected.session),
                limit: connected.requestLimit, deadline: .now().advanced(by: timeout),
                timeout: timeout)
            switch await call.make(on: connected.link, for: type) {
            case .reply(let response): return response
            case .refused(let refusal): throw .refused(refusal)
            case .failed(let error, let wasSent):
                if connected.link.isOver { forget(connected.link) }
                let isLost =
                    switch error {
                    case .connection: true
                    default: false
                    }
                if isLost && !wasSent && attempts < Self.maximumAttempts { continue }
                if repetition == .allowed && isLost && !wasRepeated {
                    wasRepeated = true
                    continue
                }
                if wasSent && repetition == .forbidden { throw .outcomeUnknown(cause: error) }
                throw error
            }
        }
    }

    /// The link that the next call is made on, as far as is known now.
    var currentLink: Link? {
        if case .connected(let connected) = state.withLock({ $0.phase }) {
            connected.link
        } else {
            nil
        }
    }

    /// Makes a link now, if there is none.
    func connect() async throws(MayflyError) { _ = try await connected() }

    // MARK: Connecting

    /// The link in use, or a new one; whoever comes while it is made waits for the same one.
    private func connected() async throws(MayflyError) -> Connected {
        let phase = state.withLock { $0.phase }
        if case .connected(let connected) = phase { return connected }
        let connection: Connection = await withUnsafeContinuation { continuation in
            enum Step {
                case resume(Connection)
                case connect
                case wait
            }
            let step = state.withLock { state -> Step in
                switch state.phase {
                case .connected(let connected): return .resume(.success(connected))
                case .closed: return .resume(.failure(.closed))
                case .connecting(let waiting):
                    state.phase = .connecting(waiting + [continuation])
                    return .wait
                case .idle:
                    state.phase = .connecting([continuation])
                    return .connect
                }
            }
            switch step {
            case .resume(let connection): continuation.resume(returning: connection)
            // Not a part of the caller's task: others wait for it too, cancelled or not.
            case .connect: Task.detached { await self.makeLink() }
            case .wait: break
            }
        }
        return try connection.get()
    }

    private func makeLink() async {
        let connection: Connection
        do throws(MayflyError) {
            connection = .success(try await open())
        } catch {
            connection = .failure(error)
        }
        let waiting = state.withLock { state in
            guard case .connecting(let waiting) = state.phase else {
                return [] as [UnsafeContinuation<Connection, Never>]
            }
            switch connection {
            case .success(let connected): state.phase = .connected(connected)
            case .failure: state.phase = .idle
            }
            return waiting
        }
        // Closed in the meantime: whoever closed it has answered those who waited.
        if waiting.isEmpty, case .success(let connected) = connection {
            connected.link.close(.closed)
        }
        for continuation in waiting { continuation.resume(returning: connection) }
    }

    private func open() async throws(MayflyError) -> Connected {
        let link = try Link(try await dial())
        guard let app else {
            return Connected(link: link, session: nil, requestLimit: firstLimit)
        }
        let call = OutgoingCall(
            method: .authenticate, message: EncodedMessage(AuthenticateRequestMessage(app: app)),
            limit: firstLimit, deadline: .now().advanced(by: options.connectTimeout),
            timeout: options.connectTimeout)
        do throws(MayflyError) {
            switch await call.make(on: link, for: AuthenticateResponseMessage.self) {
            case .reply(let response):
                return Connected(
                    link: link, session: try Session(response), requestLimit: WireLimits.frameBytes)
            case .refused(let refusal): throw .refused(refusal)
            case .failed(let error, _): throw error
            }
        } catch {
            link.close(error)
            throw error
        }
    }

    /// Dials until the broker is there or it has been waited for long enough.
    private func dial() async throws(MayflyError) -> Descriptor {
        let start = MonotonicTime.now()
        let absentUntil = start.advanced(by: options.brokerWait)
        let fullUntil = start.advanced(by: options.connectTimeout)
        while true {
            do throws(Dialer.Failure) {
                return try dialer.dial()
            } catch {
                let until = error.isQueueFull ? max(absentUntil, fullUntil) : absentUntil
                guard MonotonicTime.now() < until else { throw .connection(error.sentence) }
            }
            // Of a detached task, which nobody cancels.
            try? await Task.sleep(for: Self.dialInterval)
        }
    }

    private static let dialInterval = Duration.milliseconds(20)

    /// The next call makes a new link, unless someone has made one already.
    private func forget(_ link: Link) {
        state.withLock { state in
            guard case .connected(let connected) = state.phase, connected.link === link else {
                return
            }
            state.phase = .idle
        }
    }
}
