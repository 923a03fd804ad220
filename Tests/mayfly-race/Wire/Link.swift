internal import CLinux
private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// One connection to a broker, with what is under way on it.
final class Link {
    let descriptor: Int32
    var session: Session?
    var output = OutputBuffer(retainedBytes: 256 << 10)
    private var calls = CallRing()
    private var stream = StreamID.none
    /// Received and not yet a whole frame.
    private var input = OutputBuffer(retainedBytes: 64 << 10)
    private var reader = FrameReader(role: .client, frameLimit: WireLimits.outboundFrameBytes)
    /// The kernel took less than there is.
    private(set) var isBlocked = false

    private static let connectAttempts = 5_000
    private static let retryMicroseconds: UInt32 = 1_000
    /// How far ahead of the socket requests are made.
    private static let outputLimit = 256 << 10

    init(path: String) throws(RaceFailure) {
        descriptor = clinux_unix_socket()
        guard descriptor >= 0 else { throw .system("socket") }
        // A listener whose queue is full says so on a non-blocking socket: try again shortly.
        for _ in 0..<Self.connectAttempts {
            if clinux_unix_connect(descriptor, path) == 0 { return }
            guard errno == EAGAIN else { break }
            usleep(Self.retryMicroseconds)
        }
        throw .system(path)
    }

    deinit { close(descriptor) }

    var callsUnderWay: Int { calls.count }

    /// Whether one more request may be made.
    var hasRoom: Bool {
        guard output.count < Self.outputLimit, let next = stream.next else { return false }
        return calls.hasRoom(for: next)
    }

    // MARK: Sending

    /// Writes a request into the output; call only where there is room.
    func ask(_ method: Method, _ message: some EncodableMessage, _ call: Call) {
        guard let next = stream.next else { preconditionFailure("a request was made without room") }
        stream = next
        calls.begin(next, call)
        let fits = RequestEncoder.appendRequest(
            stream: next, method: method, message: message, to: &output)
        precondition(fits, "no request of the race is as long as a frame")
    }

    /// Sends what the kernel takes; false where the connection is gone.
    func send() -> Bool {
        while !output.isEmpty {
            let count = clinux_send(descriptor, output.pending.baseAddress, output.count)
            if count > 0 {
                output.consumed(count)
            } else if errno == EAGAIN {
                isBlocked = true
                return true
            } else if errno != EINTR {
                return false
            }
        }
        isBlocked = false
        return true
    }

    // MARK: Receiving

    /// Takes the answers that have come.
    ///
    /// - Returns: false where the connection is gone, and everything that it brought was taken.
    func receive(
        into scratch: UnsafeMutableRawBufferPointer,
        _ take: (Call, UnsafeRawBufferPointer) throws(RaceFailure) -> Void
    ) throws(RaceFailure) -> Bool {
        while true {
            let count = read(descriptor, scratch.baseAddress, scratch.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return true }
            guard count > 0 else { return false }
            input.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            try takeFrames(take)
            if count < scratch.count { return true }
        }
    }

    private func takeFrames(
        _ take: (Call, UnsafeRawBufferPointer) throws(RaceFailure) -> Void
    ) throws(RaceFailure) {
        while true {
            switch reader.next(in: input.pending) {
            case .frame(let frame):
                guard frame.type == .response, let call = calls.end(frame.stream) else {
                    throw .protocolViolation("an answer to a call that was not made")
                }
                try take(call, frame.payload)
                input.consumed(frame.consumed)
            case .incomplete:
                return
            case .refused, .violation:
                throw .protocolViolation("a frame that is no answer")
            }
        }
    }

    /// The connection is gone: what was asked on it and never answered.
    func takeLost() -> [Call] { calls.endAll() }
}

/// What proofs on one connection are over, and what it has counted up to.
struct Session {
    let challenge: Challenge
    let issuer: IssuerText
    private let issuerDigest: Digest32
    private var proofSequence: UInt64 = 0

    init?(_ answer: AuthenticateResponseMessage) {
        guard let challenge = Challenge(answer.challenge), let issuer = IssuerText(answer.issuer)
        else { return nil }
        self.challenge = challenge
        self.issuer = issuer
        issuerDigest = SHA256.digest(issuer.bytes)
    }

    mutating func nextProofSequence() -> UInt64 {
        proofSequence += 1
        return proofSequence
    }

    /// The 64 bytes of a proof over a body.
    func proof(
        _ purpose: ProofPurpose, sequence: UInt64, body: [UInt8], by key: some Ed25519Signing
    ) -> [UInt8] {
        body.withUnsafeBytes { body in
            ProofMessage.withBytes(
                purpose: purpose, issuerDigest: issuerDigest, challenge: challenge,
                proofSequence: sequence, body: body
            ) { key.signature(for: $0) }
        }
    }
}
