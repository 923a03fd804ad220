import Glibc
import MayflyWire

@testable import MayflyClient

/// A broker's end of the wire without a broker: each dialled connection is a socket pair, and a
/// script says what is answered. What it has no script for it answers as a broker would.
final class FakeBroker: Sendable {
    typealias Script = @Sendable (FakeRequest) -> Void

    static let issuer = "fake"
    private let script: Script
    private let refusedApps: Int
    private let seen = Lock<[FakeRequest]>([])
    private let connections = Lock(0)
    private let ended = Lock(0)

    /// - Parameters:
    ///   - refusedApps: on so many connections, from the first, no app is let in.
    ///   - script: called on the connection's thread for every request but Authenticate.
    init(refusedApps: Int = 0, _ script: @escaping Script = { $0.answerAsUsual() }) {
        self.refusedApps = refusedApps
        self.script = script
    }

    var requests: [FakeRequest] { seen.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0 } }
    /// Connections that the client's side has closed.
    var endedCount: Int { ended.withLock { $0 } }

    func count(_ method: MayflyWire.Method) -> Int {
        requests.filter { $0.method == method }.count
    }

    var dialer: Dialer {
        Dialer { () throws(Dialer.Failure) in
            var ends: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, type, 0, &ends) == 0,
                let near = Descriptor(owning: ends[0]), let far = Descriptor(owning: ends[1])
            else { throw Dialer.Failure(sentence: "no socket pair") }
            _ = fcntl(near.rawValue, F_SETFL, O_NONBLOCK)
            let number = self.connections.withLock { count in
                count += 1
                return count
            }
            let connection = FakeConnection(number: number, descriptor: far)
            _ = BackgroundThread.start(name: "fake-broker") { self.serve(connection) }
            return near
        }
    }

    func client(
        app: String? = "pipeline",
        options: ClientOptions = ClientOptions(orchestration: "nightly")
    ) -> MayflyClient {
        MayflyClient(
            dialer: dialer, identity: app.map { .app($0) } ?? .nobody, options: options)
    }

    private func serve(_ connection: FakeConnection) {
        var received: [UInt8] = []
        var reader = FrameReader(role: .broker, frameLimit: WireLimits.frameBytes)
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(connection.descriptor.rawValue, &chunk, chunk.count, 0)
            guard count > 0 else { return ended.withLock { $0 += 1 } }
            received += chunk[..<count]
            var used = 0
            received.withUnsafeBytes { bytes in
                while case .frame(let frame) = reader.next(
                    in: UnsafeRawBufferPointer(rebasing: bytes[used...]))
                {
                    used += frame.consumed
                    handle(frame, connection)
                }
            }
            received.removeFirst(used)
        }
    }

    private func handle(_ frame: Frame, _ connection: FakeConnection) {
        guard let envelope = try? RequestEnvelope.decode(frame.payload),
            case .found(let method) = MayflyWire.Method.lookup(
                service: envelope.service, method: envelope.method)
        else { return connection.drop() }
        let request = FakeRequest(
            connection: connection, stream: frame.stream, method: method,
            payload: envelope.payload.bytes)
        seen.withLock { $0.append(request) }
        if method == .authenticate {
            guard connection.number > refusedApps else {
                return request.refuse(.permissionDenied, "APP_NOT_ALLOWED")
            }
            var response = AuthenticateResponseMessage()
            response.challenge = connection.challenge
            response.issuer = Self.issuer
            response.nowMilliseconds = 1_800_000_000_000
            request.answer(response)
        } else {
            script(request)
        }
    }
}

/// A broker's end of one connection.
final class FakeConnection: Sendable {
    /// From 1.
    let number: Int
    let descriptor: Descriptor
    /// Differs from connection to connection.
    let challenge: [UInt8]

    init(number: Int, descriptor: Descriptor) {
        self.number = number
        self.descriptor = descriptor
        challenge = [UInt8](repeating: UInt8(number), count: 32)
    }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(
                    descriptor.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func drop() { shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }
}

/// What a call ends with instead of an answer; nil where it is answered.
func failure(_ body: () async throws -> Void) async -> MayflyError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? MayflyError
    }
}

/// A latch for scripts: opened once, waited for by any thread.
final class Gate: Sendable {
    private let descriptors: (Int32, Int32)

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "a pipe can be made")
        descriptors = (ends[0], ends[1])
    }

    deinit {
        close(descriptors.0)
        close(descriptors.1)
    }

    func open() { _ = write(descriptors.1, [1], 1) }

    func wait() {
        var byte: UInt8 = 0
        _ = read(descriptors.0, &byte, 1)
        _ = write(descriptors.1, &byte, 1)
    }
}
