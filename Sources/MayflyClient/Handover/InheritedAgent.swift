private import Glibc
internal import MayflyCrypto

/// What `mayfly run` hands to the process that it starts: the agent that the process is.
///
/// It comes through a descriptor that the process inherits, never through arguments; the variable
/// `MAYFLY_AGENT_FD` says which. What is in it is one JSON object, to the end of the stream:
/// `{"socket","token","private_key","agent_id","expires_at"}`, the key PKCS #8 in PEM, the end in
/// seconds since the Unix epoch.
public struct InheritedAgent: Sendable, Identifiable {
    /// Names the descriptor.
    public static let variable = "MAYFLY_AGENT_FD"

    /// The agent's SPIFFE ID.
    public let id: String
    /// The token that states its grant. Whoever has it may use it.
    public let token: String
    /// The agent's own key, by which it renews and delegates.
    public let key: AgentKey
    /// When the token ends if nothing ends it before.
    public let expiresAt: UnixTime
    /// The broker's agent socket.
    public let socketPath: String

    /// The value of an `Authorization` header that presents the token (RFC 6750, section 2.1).
    public var bearerHeader: String { "Bearer \(token)" }

    /// A client with which the agent renews, delegates and releases. It speaks for no app: a bound
    /// process cannot.
    public func client(options: ClientOptions = ClientOptions()) -> MayflyClient {
        MayflyClient(socketPath: socketPath, app: nil, options: options)
    }
}

extension InheritedAgent {
    /// The agent that this process was started as; nil where it was not started as one.
    ///
    /// Reads the descriptor to its end and closes it: it can be asked once.
    ///
    /// - Throws: `invalidRequest` where the variable names no descriptor, or what comes from it is
    ///   no such object.
    public static func received() throws(MayflyError) -> InheritedAgent? {
        guard let value = getenv(variable) else { return nil }
        let text = String(cString: value)
        guard let rawValue = Int32(text), rawValue > STDERR_FILENO, fcntl(rawValue, F_GETFD) >= 0,
            let descriptor = Descriptor(owning: rawValue)
        else { throw .invalidRequest("\(variable): \(text) is no open descriptor.") }
        var bytes = try readToEnd(descriptor)
        defer { bytes.withUnsafeMutableBytes { wipe($0) } }
        guard let agent = InheritedAgent(text: bytes) else {
            throw .invalidRequest("Descriptor \(rawValue) holds no agent, or was read before.")
        }
        return agent
    }

    private static func readToEnd(_ descriptor: Descriptor) throws(MayflyError) -> [UInt8] {
        var bytes: [UInt8] = []
        // Never grown: no copy of the key is left behind.
        bytes.reserveCapacity(HandoverText.maximumBytes + 1)
        while bytes.count <= HandoverText.maximumBytes {
            let room = HandoverText.maximumBytes + 1 - bytes.count
            var count = 0
            bytes.append(addingCapacity: room) { target in
                count = read(descriptor.rawValue, target.baseAddress, target.count)
                return max(count, 0)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw .invalidRequest("\(variable): \(systemMessage(errno))")
            }
            if count == 0 { break }
        }
        return bytes
    }

    init?(text bytes: [UInt8]) {
        guard bytes.count <= HandoverText.maximumBytes,
            let object = bytes.withUnsafeBytes({ JSONReader.read($0, allowsLineBreaks: true) }),
            let socket = object["socket"]?.text, let token = object["token"]?.text,
            let id = object["agent_id"]?.text, let expiry = object["expires_at"]?.wholeNumber,
            var pem = object["private_key"]?.text
        else { return nil }
        let seed = pem.withUnsafeMutableBytes { pem in
            defer { wipe(pem) }
            return PrivateKeyText.seed(in: UnsafeRawBufferPointer(pem))
        }
        guard let seed else { return nil }
        self.id = String(decoding: id, as: UTF8.self)
        self.token = String(decoding: token, as: UTF8.self)
        key = AgentKey(seed: seed)
        expiresAt = UnixTime(seconds: expiry)
        socketPath = String(decoding: socket, as: UTF8.self)
    }
}

extension InheritedAgent: CustomStringConvertible, CustomReflectable {
    /// The SPIFFE ID: a token that is printed by accident stays in.
    public var description: String { id }

    /// Without token and key, for the same reason.
    public var customMirror: Mirror {
        Mirror(self, children: ["id": id, "expiresAt": expiresAt, "socketPath": socketPath])
    }
}

extension Array where Element == UInt8 {
    /// Appends what `body` writes into room for at most `count` bytes; it says how many it wrote.
    fileprivate mutating func append(
        addingCapacity count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) {
        let before = self.count
        append(contentsOf: repeatElement(0, count: count))
        let written = withUnsafeMutableBytes { bytes in
            body(UnsafeMutableRawBufferPointer(rebasing: bytes[before...]))
        }
        removeLast(count - written)
    }
}
