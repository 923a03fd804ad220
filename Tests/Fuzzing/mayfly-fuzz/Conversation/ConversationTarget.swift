/// A whole hostile conversation with a broker: its reactors, its pipeline, its core and its log,
/// with peers that send anything, take their answers or do not, and a disk that is slow.
///
/// Each byte of the input is a step: what a peer sends, a turn of the reactors, a write of the disk.
/// After every turn the limits hold; no answer comes twice, on a stream that nobody asked on, or
/// before what it changed is durable; in the end everyone who behaved is answered.
final class ConversationTarget: FuzzTarget {
    static let name = "conversation"
    static let longestInput = 2_048
    static let dictionary = [
        "mayfly.v1.Agents", "mayfly.v1.Trust", "Spawn", "Validate", "WatchRevocations",
        "\0\0\0\u{1}\u{1}\0", "read:data:*",
    ]

    private let fixture: BrokerFixture

    init() throws { fixture = try BrokerFixture() }

    func run(_ bytes: UnsafeRawBufferPointer) {
        do {
            try Conversation(FuzzInput(bytes), fixture).run()
        } catch {
            fail("a broker could not be made: \(error)")
        }
    }

    // MARK: Seeds

    /// A story for each kind of call, and some that go wrong in the middle.
    func seeds() -> [[UInt8]] {
        let flow = ["turn", "disk", "turn"]
        func story(_ steps: [[UInt8]]) -> [UInt8] {
            steps.flatMap { $0 + flow.map(Conversation.code) + Self.receive(0) }
        }
        let begin = Self.step("authenticate", 0)
        let spawn = Self.step("spawn", 0, 1, 0, 0, 60)
        let other = Self.step("spawn", 0, 2, 1, 0, 60)
        var seeds: [[UInt8]] = []
        seeds.append(story([begin, spawn, Self.step("validate", 0, 0, 0, 0)]))
        seeds.append(
            story([begin, spawn, Self.step("renew", 0, 0, 7, 0), Self.step("release", 0, 0, 0)]))
        seeds.append(
            story([begin, spawn, other, Self.step("delegate", 0, 0, 1, 0, 1, 30, 0, 0)]))
        seeds.append(
            story([
                begin, Self.step("launchToken", 0, 1, 30), Self.step("challenge", 0),
                Self.step("register", 0, 3, 1, 1, 60, 0),
            ]))
        seeds.append(story([begin, Self.step("batch", 0, 3, 1, 1, 1, 9, 2, 2, 1, 9, 3, 3, 1, 9)]))
        seeds.append(
            story([
                Self.step("watch", 2), Self.step("deliver"), Self.step("frame", 2, 5, 2, 10, 0),
            ]))
        seeds.append(
            story([begin, spawn, Self.step("operate", 3, 0, 4, 0, 0, 0)]) + Self.receive(3))
        seeds.append(
            story([begin, Self.step("damage", 0, 12, 255), spawn, Self.step("finish", 0)]))
        seeds.append(story([Self.step("bytes", 1, 10, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0)]))
        for method: UInt8 in 0..<12 {
            seeds.append(story([Self.step("operate", 3, method, 1, 1, 1, 1)]) + Self.receive(3))
        }
        // Many at once, and nobody takes the answers.
        let many = Array(repeating: spawn, count: 20).joined()
        seeds.append(story([begin]) + many + flow.map(Conversation.code))
        return seeds
    }

    private static func step(_ name: String, _ choices: UInt8...) -> [UInt8] {
        [Conversation.code(name)] + choices
    }

    private static func receive(_ peer: UInt8) -> [UInt8] { step("receive", peer) }
}
