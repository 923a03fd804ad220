internal import MayflyCore
@testable internal import MayflyServer
internal import MayflyWire
import Testing

@Suite struct `What an operator names for revocation` {
    private static let identifier = "0123456789abcdef0000000000000001"
    private static let agent = "spiffe://mayfly.local/agent/nightly/summarize/00000000000000ff"

    struct Case: Sendable, CustomTestStringConvertible {
        var level: RevocationLevelMessage
        var target: String
        var orchestration = ""
        var allowNew = false
        var expected: RevocationTarget?

        var testDescription: String { "\(level.rawValue) \(target) \(orchestration) \(allowNew)" }
    }

    private static let cases: [Case] = {
        guard let task = Name("summarize"), let orchestration = Name("nightly") else { return [] }
        let name = AgentName(
            orchestration: orchestration, task: task, instance: InstanceID(rawValue: 0xFF))
        let (high, low): (UInt64, UInt64) = (0x0123_4567_89ab_cdef, 1)
        return [
            Case(
                level: .token, target: identifier, expected: .token(TokenID(high: high, low: low))),
            Case(level: .token, target: identifier.uppercased()),
            Case(level: .token, target: String(identifier.dropLast())),
            Case(level: .token, target: agent),
            Case(level: .token, target: identifier, orchestration: "nightly"),
            Case(level: .token, target: identifier, allowNew: true),
            Case(level: .agent, target: agent, expected: .agent(name)),
            Case(level: .agent, target: identifier),
            Case(level: .agent, target: agent.replacing("mayfly.local", with: "other")),
            Case(level: .agent, target: agent, allowNew: true),
            Case(level: .task, target: "summarize", expected: .task(task, orchestration: nil)),
            Case(
                level: .task, target: "summarize", orchestration: "nightly",
                expected: .task(task, orchestration: orchestration)),
            Case(
                level: .task, target: "summarize", allowNew: true,
                expected: .task(task, orchestration: nil)),
            Case(level: .task, target: ""),
            Case(level: .task, target: "nightly/summarize"),
            Case(level: .task, target: "summarize", orchestration: "a/b"),
            Case(
                level: .chain, target: identifier,
                expected: .chain(.grant(GrantID(high: high, low: low)))),
            Case(level: .chain, target: agent, expected: .chain(.agent(name))),
            Case(level: .chain, target: "summarize"),
            Case(level: .grant, target: identifier),
            Case(level: .unspecified, target: identifier),
            Case(level: RevocationLevelMessage(rawValue: 9), target: identifier),
        ]
    }()

    @Test(arguments: cases)
    func `has one form for each level`(_ given: Case) throws {
        var message = RevokeRequestMessage()
        message.level = given.level
        message.target = given.target
        message.orchestration = given.orchestration
        message.allowNew = given.allowNew
        let issuer = makeIssuer()
        guard let expected = given.expected else {
            let refusal = #expect(throws: Refusal.self) {
                try RevocationTarget(message, issuer: issuer)
            }
            #expect(refusal?.reason == .invalidTarget)
            return
        }
        #expect(try RevocationTarget(message, issuer: issuer) == expected)
    }

    @Test func `is tried in every one of these forms`() { #expect(Self.cases.count == 22) }
}
