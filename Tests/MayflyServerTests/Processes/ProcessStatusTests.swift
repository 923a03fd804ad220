internal import MayflyCore
@testable internal import MayflyServer
import Testing

@Suite struct `What the kernel says of a process` {
    private func read(_ text: String) -> ProcessStatus? {
        var text = text
        return text.withUTF8 { ProcessStatus(UnsafeRawBufferPointer($0)) }
    }

    /// From the state on, with field 22 as it is asked for.
    private static func rest(_ start: String) -> String {
        "S 7 " + String(repeating: "0 ", count: 17) + start + " 0 0\n"
    }

    @Test(arguments: [
        "cat", "", ")", "((", "a) S 1 2 3 (b", "one two", "line\nbreak", "0 (x) R 9 9",
    ])
    func `the name may be anything, and the numbers are those behind it`(name: String) {
        let expected = ProcessStatus(
            pid: ProcessID(rawValue: 41), parent: ProcessID(rawValue: 7), startTicks: 1_302_571)
        #expect(read("41 (\(name)) \(Self.rest("1302571"))") == expected)
    }

    @Test(arguments: [
        "", "41", "41 (cat", "41 cat) S", "(cat) \(rest("1"))", " (cat) \(rest("1"))",
        "41(cat) \(rest("1"))", "x (cat) \(rest("1"))", "-1 (cat) \(rest("1"))",
        "4294967296 (cat) \(rest("1"))", "41 (cat)\(rest("1"))", "41 (cat) S 7 0 0\n",
        "41 (cat) \(rest("x"))", "41 (cat) \(rest(""))", "41 (cat) \(rest("-1"))",
        "41 (cat) \(rest("18446744073709551616"))",
        "41 (cat) S -7 " + String(repeating: "0 ", count: 17) + "1 0 0\n",
        "41 (cat) S  7 " + String(repeating: "0 ", count: 17) + "1 0 0\n",
        "41 (cat) S 7 " + String(repeating: "0 ", count: 17) + "1",
    ])
    func `what is not of this form is not read`(text: String) {
        #expect(read(text) == nil)
    }

    private func facts(_ text: String) -> PidfdFacts? {
        var text = text
        return text.withUTF8 { PidfdFacts(UnsafeRawBufferPointer($0)) }
    }

    @Test func `a pidfd knows its process and the namespaces that it lies in`() {
        let start = "pos:\t0\nflags:\t02000002\nmnt_id:\t4\nino:\t260567\n"
        #expect(facts(start) == nil)
        let own = facts(start + "Pid:\t935\nNSpid:\t935\n")
        #expect(own?.pid == ProcessID(rawValue: 935) && own?.namespaces == 1)
        let inner = facts(start + "Pid:\t935\nNSpid:\t935\t1\n")
        #expect(inner?.pid == ProcessID(rawValue: 935) && inner?.namespaces == 2)
        #expect(facts(start + "Pid:\t935\n")?.namespaces == 1)
        // Of a namespace that is not to be seen, and one that was reaped.
        #expect(facts(start + "Pid:\t0\nNSpid:\t0\n").map { $0.pid == nil } == true)
        #expect(facts(start + "Pid:\t-1\nNSpid:\t0\n").map { $0.pid == nil } == true)
    }
}
