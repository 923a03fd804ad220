import Testing

@testable import mayflyd

@Suite struct `Log lines` {
    private func record(_ message: String, _ metadata: [(key: String, value: String)] = [])
        -> LogRecord
    {
        LogRecord(
            timeMilliseconds: 1_709_210_096_007, level: "info", label: "mayflyd", message: message,
            metadata: metadata)
    }

    @Test func `text says time, level, place, message and metadata`() {
        let line = record("ready", [("path", "/run/a b"), ("uid", "7")]).line(.text)
        #expect(line == "2024-02-29T12:34:56.007Z info mayflyd: ready path=\"/run/a b\" uid=7\n")
    }

    @Test func `json says the same`() {
        let line = record("ready", [("uid", "7")]).line(.json)
        let expected =
            #"{"time":"2024-02-29T12:34:56.007Z","level":"info","logger":"mayflyd","#
            + #""message":"ready","metadata":{"uid":"7"}}"#
        #expect(line == expected + "\n")
    }

    @Test(
        arguments: [LogFormat.text, .json],
        ["a\nb", "a\r\nb", "\u{1b}[2J", "\u{2028}", "\u{0}", "quo\"te\\", "\u{1F600}", ""])
    func `nothing from outside ends a line or reaches a terminal`(
        format: LogFormat, hostile: String
    ) {
        let line = record(hostile, [(hostile, hostile)]).line(format)
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.utf8.last == UInt8(ascii: "\n"))
        #expect(line.utf8.dropLast().allSatisfy { 0x20...0x7E ~= $0 })
    }

    @Test(arguments: [
        (UInt64(0), "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (1_798_761_599_000, "2026-12-31T23:59:59.000Z"),
    ])
    func `dates are right around leap days and year ends`(milliseconds: UInt64, text: String) {
        let line = LogRecord(
            timeMilliseconds: milliseconds, level: "info", label: "l", message: "m", metadata: []
        ).line(.text)
        #expect(line.hasPrefix(text))
    }
}
