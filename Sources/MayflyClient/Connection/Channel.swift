internal import MayflyWire

/// The way to one broker: a link when there is one, a new one when it is gone, and what a call does
/// when it is lost in between.
final class Channel: Sendable {
    /// A link that is ready for calls.
    struct Connected: Sendable {
        let link: Link
        let slot: SessionSlot
        /// On the data of a request's frame, in bytes.
        let requestLimit: Int
    }

    /// Whether a call may be made again when its reply is lost.
    enum Repetition {
        case allowed
        /// Made twice it would do twice.
        case forbidden
    }

    /// What a request needs of the connection's session.
    enum SessionNeed {
        /// Nothing: it carries no proof.
        case none
        /// A challenge to sign; where the connection has none yet, it is asked for.
        case any
        /// One asked for now, which opens the time for a Register and tells the broker's clock.
        case fresh
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
    let dialer: Dialer
    let identity: Identity
    let options: ClientOptions
    let firstLimit: Int

    /// - Parameters:
    ///   - identity: made known on every connection.
    ///   - firstLimit: on a request's frame as long as no app is named.
    init(_ dialer: Dialer, identity: Identity, options: ClientOptions, firstLimit: Int) {
        self.dialer = dialer
        self.identity = identity
        self.options = options
        self.firstLimit = firstLimit
    }

    deinit { close() }

    /// Whether its connections speak for an app.
    var speaksForApp: Bool { identity.request != nil }

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
    /// - Parameters:
    ///   - need: of the session that `message` is given; with `none` it may be nil.
    ///   - message: makes the request anew for each connection it is tried on.
    func call<Response: DecodableMessage & Sendable>(
        _ method: Method, _ repetition: Repetition, timeout: Duration? = nil,
        need: SessionNeed = .none, for type: Response.Type,
        _ message: @Sendable (Session?) throws(MayflyError) -> EncodedMessage
    ) async throws(MayflyError) -> Response {
        let timeout = timeout ?? options.callTimeout
        var attempts = 0
        var wasRepeated = false
        while true {
            attempts += 1
            let connected = try await connected()
            let result = try await attempt(
                method, on: connected, timeout, need, for: type, message)
            switch result {
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

    private func attempt<Response: DecodableMessage & Sendable>(
        _ method: Method, on connected: Connected, _ timeout: Duration, _ need: SessionNeed,
        for type: Response.Type,
        _ message: @Sendable (Session?) throws(MayflyError) -> EncodedMessage
    ) async throws(MayflyError) -> OutgoingCall.Result<Response> {
        let session: Session?
        switch await self.session(need, on: connected, timeout) {
        case .reply(let found): session = found
        case .refused(let refusal): return .refused(refusal)
        // Of the call itself nothing was sent.
        case .failed(let error, _): return .failed(error, wasSent: false)
        }
        let call = OutgoingCall(
            method: method, message: try message(session), limit: connected.requestLimit,
            deadline: .now().advanced(by: timeout), timeout: timeout)
        return await call.make(on: connected.link, for: type)
    }

    private func session(
        _ need: SessionNeed, on connected: Connected, _ timeout: Duration
    ) async -> OutgoingCall.Result<Session?> {
        let present = connected.slot.session
        switch need {
        case .none: return .reply(present)
        case .any where present != nil: return .reply(present)
        case .any, .fresh: break
        }
        let call = OutgoingCall(
            method: .challenge, message: EncodedMessage(ChallengeRequestMessage()),
            limit: connected.requestLimit, deadline: .now().advanced(by: timeout),
            timeout: timeout)
        switch await call.make(on: connected.link, for: ChallengeResponseMessage.self) {
        case .reply(let response):
            do throws(MayflyError) {
                return .reply(try connected.slot.adopt(response))
            } catch {
                return .failed(error, wasSent: false)
            }
        case .refused(let refusal): return .refused(refusal)
        case .failed(let error, let wasSent): return .failed(error, wasSent: wasSent)
        }
    }

    /// Whether it takes no more calls.
    var isClosed: Bool {
        if case .closed = state.withLock({ $0.phase }) { true } else { false }
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
