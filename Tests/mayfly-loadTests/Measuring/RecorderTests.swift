import Histogram
import Testing

@testable import mayfly_load

struct RecorderTests {
    @Test func `what began before the measurement counts in the totals only`() {
        var recorder = Recorder()
        recorder.measureFrom = Moment(nanoseconds: 100)
        recorder.succeed(
            .spawn, began: Moment(nanoseconds: 99), ended: Moment(nanoseconds: 200), items: 64)
        recorder.succeed(
            .spawn, began: Moment(nanoseconds: 100), ended: Moment(nanoseconds: 1_100), items: 64)
        #expect(recorder.total(.spawn) == 128)
        #expect(recorder[.spawn].items == 64)
        #expect(recorder[.spawn].latencies.totalCount == 1)
        #expect(recorder[.spawn].latencies.valueAtPercentile(50) == 1_000)
        #expect(recorder.lastEnd == Moment(nanoseconds: 1_100))
    }

    @Test func `no error is hidden, whenever it was seen`() {
        var first = Recorder()
        first.measureFrom = Moment(nanoseconds: 100)
        first.fail(
            .release, "NOT_ENDED", began: Moment(nanoseconds: 5), ended: Moment(nanoseconds: 6))
        var second = Recorder()
        second.measureFrom = Moment(nanoseconds: 100)
        second.fail(
            .release, "NOT_ENDED", began: Moment(nanoseconds: 100), ended: Moment(nanoseconds: 101),
            items: 3)
        second.failAside("KEY_IN_USE")
        first.add(second)
        #expect(first.totalErrors == 5)
        #expect(first[.release].errors == ["NOT_ENDED": 3])
        #expect(first.asideErrors == ["NOT_ENDED": 1, "KEY_IN_USE": 1])
    }

    @Test(arguments: [
        (0.0, 3, "0.000"), (1.0005, 3, "1.001"), (12.3456, 1, "12.3"), (-0.25, 2, "-0.25"),
        (1_234.5, 0, "1235"), (0.049, 2, "0.05"),
    ])
    func `numbers are written without a locale`(value: Double, places: Int, text: String) {
        #expect(Decimal3(value, places: places).text == text)
    }

    @Test func `thousands are grouped`() {
        #expect(Report.grouped(0) == "0")
        #expect(Report.grouped(999) == "999")
        #expect(Report.grouped(1_234_567) == "1,234,567")
        #expect(Report.grouped(-1_000) == "-1,000")
    }

    @Test func `JSON keeps its order and quotes what needs it`() {
        var text = JSONText()
        text.add("name", "a \"quote\"\n")
        text.add("count", 3)
        text.add("ratio", 0.5)
        text.add("nothing", nil as Double?)
        text.add("errors", ["B": 2, "A": 1])
        #expect(
            text.text == """
                {
                  "name": "a \\"quote\\"\\u000a",
                  "count": 3,
                  "ratio": 0.500,
                  "nothing": null,
                  "errors": {"A": 1, "B": 2}
                }
                """)
    }

    @Test func `a table lines its columns up`() {
        var table = TextTable(["name", "n"])
        table.add(["a", "10"])
        table.add(["longer"])
        #expect(table.lines == ["name     n", "a       10", "longer"])
    }
}
