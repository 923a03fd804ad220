internal import ArgumentParser
internal import CLinux
private import Glibc
internal import MayflyWire

/// Many connections that mean no good, beside which others want to be served.
struct HostileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hostile",
        abstract: "Hold many hostile connections for a time and say what became of them.",
        discussion: """
            A fifth each begins a frame and never ends it, sends one byte a second, asks and never \
            reads, claims a frame of 4 GiB, or passes a TCP socket whose closing would block with \
            every byte. One that the broker closes comes again a second later. Measure the others \
            with `mayfly-load` from another process.
            """)

    @OptionGroup(title: "Where") var sockets: SocketOptions

    @Option(help: "Connections held at once.")
    var connections = 9_000

    @Option(help: "How long.")
    var seconds = 30

    func validate() throws {
        guard 1...100_000 ~= connections, 1...3_600 ~= seconds else {
            throw ValidationError("--connections is 1 to 100000, --seconds 1 to 3600")
        }
    }

    private struct Counts {
        var steps = 0
        var closed = [HostilePeer.Kind: Int]()
        var refused = 0
    }

    /// Slices of a second, so that the steps do not come all at once.
    private static let slices = 20

    func run() throws {
        Interrupt.block()
        let counts = try endingWell { () throws(LoadFailure) in try hold() }
        var text = JSONText()
        text.add("connections", connections)
        text.add("seconds", seconds)
        text.add("steps", counts.steps)
        for kind in HostilePeer.Kind.allCases {
            text.add("closed_\(kind.rawValue)", counts.closed[kind] ?? 0)
        }
        text.add("not_accepted", counts.refused)
        writeLine(text.text, to: STDOUT_FILENO)
    }

    private func hold() throws(LoadFailure) -> Counts {
        let passed = try LingeringSocket()
        let request = try Self.request()
        let kinds = HostilePeer.Kind.allCases
        // An array cannot hold what cannot be copied.
        let peers = UnsafeMutableBufferPointer<HostilePeer?>.allocate(capacity: connections)
        for place in peers.indices { (peers.baseAddress! + place).initialize(to: nil) }
        defer {
            peers.baseAddress?.deinitialize(count: peers.count)
            peers.deallocate()
        }
        var counts = Counts()
        let start = Moment.now()
        var slice = 0
        while Moment.now().seconds(since: start) < Double(seconds) {
            for place in stride(from: slice % Self.slices, to: connections, by: Self.slices) {
                let kind = kinds[place % kinds.count]
                if peers[place] == nil {
                    do throws(LoadFailure) {
                        peers[place] = try HostilePeer(kind, path: sockets.agentPath)
                    } catch {
                        counts.refused += 1
                        continue
                    }
                }
                counts.steps += 1
                if peers[place]?.step(request, passing: passed.rawValue) == false {
                    peers[place] = nil
                    counts.closed[kind, default: 0] += 1
                }
            }
            slice += 1
            let next = Double(slice) / Double(Self.slices) - Moment.now().seconds(since: start)
            if Interrupt.wait(nanoseconds: Int(max(0, next) * 1e9)) { break }
        }
        return counts
    }

    /// A validation of a token that is none: the cheapest thing to ask for.
    private static func request() throws(LoadFailure) -> [UInt8] {
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: "none")
        var output = OutputBuffer()
        guard let stream = StreamID.none.next,
            RequestEncoder.appendRequest(
                stream: stream, method: .validate, message: message, to: &output)
        else { throw .unusable("a request that cannot be encoded") }
        return [UInt8](output.pending)
    }
}

/// A TCP socket with unsent data and SO_LINGER: whoever closes its last copy waits for seconds.
private struct LingeringSocket: ~Copyable {
    let rawValue: Int32
    private let listener: Int32

    init() throws(LoadFailure) {
        var listener: Int32 = -1
        rawValue = clinux_lingering_socket(&listener)
        self.listener = listener
        guard rawValue >= 0 else { throw .system("a TCP socket on the loopback") }
    }

    deinit {
        close(rawValue)
        close(listener)
    }
}
