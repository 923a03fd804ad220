internal import CLinux
internal import Glibc
internal import MayflyWire
import Testing

/// Descriptors: too few of the broker's own, and too many of a peer's.
@Suite(.serialized) struct `Descriptors through the socket` {
    /// The limit that leaves the broker so many numbers.
    private func limit(leaving count: Int, to broker: BrokerProcess) -> Int {
        guard let entries = opendir("/proc/\(broker.brokerPid)/fd") else { return 0 }
        defer { closedir(entries) }
        var used: Set<Int> = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let number = Int(name) { used.insert(number) }
        }
        let free = (0...).lazy.filter { !used.contains($0) }.prefix(count)
        return (Array(free).last ?? 0) + 1
    }

    @Test func `without a descriptor left whoever is connected goes on, and others get in later`()
        throws
    {
        let scene = try Scene()
        let limit = limit(leaving: 5, to: scene.broker)
        guard
            RigTier.isPossible(
                "exhausted descriptors",
                Tool.works(
                    "prlimit", ["--pid", "\(scene.broker.brokerPid)", "--nofile=\(limit):"])
                    ? nil : "prlimit is missing or may not")
        else { return }
        var inside: [WireClient] = []
        var turnedAway = 0
        for _ in 0..<40 {
            let client = try scene.stranger()
            do {
                _ = try client.validate([])
                inside.append(client)
            } catch WireClient.Failure.closed {
                turnedAway += 1
            }
        }
        #expect(1...8 ~= inside.count)
        #expect(turnedAway == 40 - inside.count)
        try Stage.work(scene.member)
        #expect(try scene.overseer.metrics().contains("limit=\"descriptors\"} \(turnedAway)\n"))
        inside.removeLast().hangUp()
        let hasRoom = Deadline.poll(seconds: 1, everyMilliseconds: 20) {
            do { return try !scene.stranger().validate([]).valid } catch { return false }
        }
        #expect(hasRoom, "a listener recovers within a second")
    }

    /// A TCP connection with bytes that nobody takes, which whoever closes it last waits for.
    private struct Lingering {
        let near: Int32
        private let far: Int32

        init() throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(bigEndian: 0x7F00_0001)
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            near = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let near = near
            let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(listener, generic, size) == 0 && listen(listener, 1) == 0
                        && getsockname(listener, generic, &size) == 0
                        && Glibc.connect(near, generic, size) == 0
                }
            }
            guard isConnected else { throw SystemError("connecting over TCP") }
            far = accept(listener, nil, nil)
            var wait = linger(l_onoff: 1, l_linger: 30)
            setsockopt(near, SOL_SOCKET, SO_LINGER, &wait, socklen_t(MemoryLayout<linger>.size))
            _ = fcntl(near, F_SETFL, O_NONBLOCK)
            let piece = [UInt8](repeating: 0, count: 1 << 16)
            while write(near, piece, piece.count) > 0 {}
            _ = fcntl(near, F_SETFL, 0)
        }

        /// Resets: then nobody waits any more.
        func end() {
            var none = linger(l_onoff: 1, l_linger: 0)
            setsockopt(far, SOL_SOCKET, SO_LINGER, &none, socklen_t(MemoryLayout<linger>.size))
            close(far)
        }

        /// Ours without waiting for what it holds: another has it as well.
        func leave() { close(near) }
    }

    @Test func `sockets that linger, passed with every byte, hold up nobody`() throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_PASSRIGHTS"] = "1"
        let stage = try Stage(options)
        let hostile = try stage.stranger()
        let call = try hostile.frame(.getKeys, GetKeysRequestMessage())
        var sockets: [Lingering] = []
        for byte in call {
            let lingering = try Lingering()
            sockets.append(lingering)
            #expect(try hostile.send([byte], passing: [lingering.near]))
            lingering.leave()
            try Stage.work(stage.witness)
        }
        #expect(try hostile.reply(to: hostile.lastStream).status == nil)
        // And unread in a connection that the broker closes: a frame that it does not read.
        let closed = try stage.stranger()
        try closed.send(Raw.frame(type: 9, [1]))
        _ = try closed.receiveUntilClosed()
        for _ in 0..<20 { try Stage.work(stage.witness) }
        try stage.expectBase()
        for socket in sockets { socket.end() }
    }

    @Test func `too many that cannot be closed cut off who passes more, and nobody else`() throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_PASSRIGHTS"] = "1"
        let scene = try Scene(options)
        let hostile = try scene.stranger()
        func pass(_ descriptors: [Int32]) throws {
            #expect(
                try hostile.send(
                    try hostile.frame(.getKeys, GetKeysRequestMessage()), passing: descriptors))
        }
        // One in another, where nobody can keep it from lingering: all others wait behind it.
        let lingering = try Lingering()
        defer { lingering.end() }
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let outer = WireClient(takingOver: pair[0])
        #expect(try outer.send([0], passing: [lingering.near]))
        lingering.leave()
        // The broker is to be the last that has it.
        try scene.broker.freeze()
        try pass([pair[1]])
        close(pair[1])
        outer.hangUp()
        scene.broker.thaw()
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(null) }
        for _ in 0..<3 { try pass([Int32](repeating: null, count: 200)) }
        try Stage.work(scene.member)
        // Everyone here is of one uid. Who passes none is none of those who do.
        for _ in 0..<20 { try Stage.work(scene.member) }
        _ = try scene.stranger().validate([])
        try pass([null])
        _ = try hostile.receiveUntilClosed()
        let limit = "mayfly_limit_hits_total{limit=\"passed_descriptors\"} 1\n"
        #expect(
            try Deadline.poll(seconds: 10) { try scene.overseer.metrics().contains(limit) })
    }

    @Test func `one that is not let in and brings a socket that lingers keeps nobody out`() throws {
        var options = BrokerProcess.Options(arguments: [
            "--max-connections", "16", "--max-connections-per-uid", "4",
        ])
        options.environment["MAYFLY_FAULT_PASSRIGHTS"] = "1"
        let scene = try Scene(options)
        // Its own connection is the first of four.
        let others = try (0..<3).map { _ in try scene.stranger() }
        for other in others { _ = try other.validate([]) }
        let lingering = try Lingering()
        defer { lingering.end() }
        // It lies unread in the connection when that is accepted.
        try scene.broker.freeze()
        let refused = try scene.stranger()
        #expect(try refused.send([0], passing: [lingering.near]))
        lingering.leave()
        scene.broker.thaw()
        #expect(try refused.receiveUntilClosed().isEmpty)
        _ = try scene.broker.connectOperator().status()
        try Stage.work(scene.member)
    }

    @Test func `a hundred descriptors in one message are closed, and no other waits`() throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT_PASSRIGHTS"] = "1"
        let stage = try Stage(options)
        let hostile = try stage.stranger()
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        try #require(null >= 0)
        defer { close(null) }
        for _ in 0..<50 {
            let call = try hostile.frame(.getKeys, GetKeysRequestMessage())
            #expect(try hostile.send(call, passing: [Int32](repeating: null, count: 100)))
            #expect(try hostile.reply(to: hostile.lastStream).status == nil)
            try Stage.work(stage.witness)
        }
        try stage.expectBase()
    }
}
