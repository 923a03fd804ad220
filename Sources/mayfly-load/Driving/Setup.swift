private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// Finds or makes what a run connects with.
struct Setup {
    let plan: Plan
    let options: RunOptions
    let sockets: SocketOptions
    let operation: Operator

    /// Longest life that the run's own app allows its agents: a day.
    private static let maximumLifetime: UInt32 = 86_400
    private static let seedBytes = 32

    /// The app of the run, made here where that was asked for.
    func access() throws(LoadFailure) -> Access {
        let key = try attestationKey()
        let name = options.app ?? "load-\(getpid())"
        if options.setup {
            var app = AppMessage()
            app.name = name
            app.ceiling = ceiling
            app.uids = [getuid()]
            app.attestationKeys = key.map { [$0.publicKey.bytes] } ?? []
            app.defaultTTLSeconds = min(plan.timeToLive, Self.maximumLifetime)
            app.maximumTTLSeconds = Self.maximumLifetime
            app.sharedUid = true
            try operation.createApp(app)
        }
        return Access(
            path: sockets.agentPath, app: name, orchestration: options.orchestration ?? name,
            attestation: key)
    }

    /// Removes the app that was made, and with it whatever is still live.
    func tearDown(_ access: Access) throws(LoadFailure) {
        if options.setup, !options.leave { try operation.removeApp(access.app) }
    }

    /// `action:resource:*` of every scope asked for.
    private var ceiling: [String] {
        var covering: [String] = []
        for scope in plan.scope {
            let parts = scope.split(separator: ":", maxSplits: 2)
            let wide = parts.count == 3 ? "\(parts[0]):\(parts[1]):*" : scope
            if !covering.contains(wide) { covering.append(wide) }
        }
        return covering
    }

    /// The key of the file; a fresh one where the run makes its own app, whose population it attests
    /// even if the load itself proves every key.
    private func attestationKey() throws(LoadFailure) -> AgentKeyPair? {
        guard let path = options.attestationKey else {
            return options.setup ? AgentKeyPair() : nil
        }
        if options.setup, Glibc.access(path, F_OK) != 0 { return try makeKey(path) }
        let bytes = try readFile(path)
        let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        let seed = bytes.count == Self.seedBytes ? bytes : Base64URL.decode(Array(text)) ?? []
        guard seed.count == Self.seedBytes else {
            throw .unusable("\(path): not a seed of 32 bytes, raw or in base64url")
        }
        return seed.withUnsafeBytes { AgentKeyPair(seed: $0) }
    }

    /// A fresh seed in a file that only its owner reads.
    private func makeKey(_ path: String) throws(LoadFailure) -> AgentKeyPair {
        var seed = [UInt8](repeating: 0, count: Self.seedBytes)
        var random = RandomSource()
        seed.withUnsafeMutableBytes { random.fill($0) }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system(path) }
        defer { close(file) }
        let line = Base64URL.encode(seed) + [UInt8(ascii: "\n")]
        guard write(file, line, line.count) == line.count else { throw .system(path) }
        return seed.withUnsafeBytes { AgentKeyPair(seed: $0) }
    }

    private func readFile(_ path: String) throws(LoadFailure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .system(path) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .system(path) }
        return Array(bytes[..<count])
    }
}
