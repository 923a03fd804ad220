internal import CLinux
private import Glibc

/// One connection that means no good, a step a second.
struct HostilePeer: ~Copyable {
    enum Kind: String, CaseIterable {
        /// Begins a frame and never ends it.
        case halfFrame = "half-frame"
        /// A frame, one byte a second.
        case drip
        /// Asks and never reads an answer.
        case deaf
        /// Says that 4 GiB are to come.
        case huge
        /// Sends a descriptor whose closing would block, with every byte.
        case descriptors
    }

    let kind: Kind
    private let socket: BrokerSocket
    private var sent = 0
    /// Of the deaf: what the socket did not take of a frame, and the number of the next.
    private var rest: [UInt8] = []
    private var stream: UInt32 = 1

    init(_ kind: Kind, path: String) throws(LoadFailure) {
        self.kind = kind
        socket = try BrokerSocket(path: path)
    }

    private static let deafBytesAStep = 64 << 10

    /// What it does in this second; false where the broker has closed the connection.
    ///
    /// - Parameters:
    ///   - request: a whole frame that asks for something.
    ///   - passed: a descriptor to pass on.
    mutating func step(_ request: [UInt8], passing passed: Int32) -> Bool {
        guard isOpen else { return false }
        switch kind {
        case .halfFrame:
            defer { sent = 1 }
            return sent > 0 || send(Array(request[..<5]))
        case .drip:
            defer { sent += 1 }
            return send([request[sent % request.count]])
        case .deaf:
            return pour(request)
        case .huge:
            defer { sent = 1 }
            return sent > 0 || send([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 1, 0])
        case .descriptors:
            defer { sent += 1 }
            // A kernel that keeps descriptors from the broker refuses to send them.
            return clinux_send_descriptor(socket.rawValue, request[sent % request.count], passed)
                == 1 || send([request[sent % request.count]])
        }
    }

    /// Asks as long as the socket takes it, in frames that are all good: each on a stream of its own,
    /// and none cut short.
    private mutating func pour(_ request: [UInt8]) -> Bool {
        for _ in 0..<(Self.deafBytesAStep / request.count) {
            if rest.isEmpty {
                rest = request
                withUnsafeBytes(of: stream.bigEndian) { rest.replaceSubrange(4..<8, with: $0) }
                stream += 2
            }
            guard let count = rest.withUnsafeBytes({ socket.send($0) }) else { return false }
            rest.removeFirst(count)
            if !rest.isEmpty { return true }
        }
        return true
    }

    /// The deaf do not look: they would have to read.
    private var isOpen: Bool {
        if kind == .deaf { return true }
        var byte: UInt8 = 0
        let count = recv(socket.rawValue, &byte, 1, Int32(MSG_DONTWAIT))
        return count > 0 || (count < 0 && errno == EAGAIN)
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { socket.send($0) } != nil
    }
}
