/// One thing that reads what others wrote, as the fuzzer sees it.
///
/// Whatever the bytes are, `run` returns; a trap, a report of the address sanitizer, an expectation
/// that does not hold, too much memory or too much time is a finding. The same bytes do the same
/// again, also in another process.
protocol FuzzTarget: AnyObject {
    /// As the command line names it.
    static var name: String { get }
    /// No input is made longer than this, in bytes.
    static var longestInput: Int { get }
    /// Words of the format, which a fuzzer would not find by chance.
    static var dictionary: [String] { get }
    /// Arguments of libFuzzer that the target needs.
    static var arguments: [String] { get }

    init() throws

    /// Good inputs to begin from.
    func seeds() throws -> [[UInt8]]

    func run(_ bytes: UnsafeRawBufferPointer)
}

extension FuzzTarget {
    static var dictionary: [String] { [] }
    static var arguments: [String] { [] }
}

enum FuzzTargets {
    static var all: [any FuzzTarget.Type] {
        [
            FrameTarget.self, MessageTarget.self, ConversationTarget.self, TokenTarget.self,
            ConfigurationTarget.self, RowTarget.self, RecoveryTarget.self,
        ]
    }

    static func named(_ name: String) -> (any FuzzTarget.Type)? { all.first { $0.name == name } }
}
