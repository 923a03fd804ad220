internal import Testing

extension Rigs {
    /// The live race, run as a program: 64 connections against a broker that is paused, stopped and
    /// killed. `dev/race.sh` runs it for hours.
    @Suite struct `The live race` {
        /// Those of one run; the program ends itself before the test would end it.
        private static let limit = ["--minutes", "0.9", "--calm", "400"]

        @Test func `200,000 operations see no order in which a broker at once could not answer`()
            throws
        {
            let result = try Programs.race(["--operations", "200000"] + Self.limit)
            RigTier.report(result.output.lastLines(2))
            #expect(result.exit == .status(0), "\(result.output)")
            let reached = try #require(result.output.number(before: " operations and"))
            #expect(reached >= 200_000)
        }

        @Test func `of renewals that race for one token exactly one wins, 10,000 times`() throws {
            // Calmer: a trial counts only where all its answers came.
            let result = try Programs.race(
                ["--operations", "0", "--trials", "10000"] + Self.limit + ["--calm", "1500"])
            RigTier.report(result.output.lastLines(2))
            #expect(result.exit == .status(0), "\(result.output)")
            let reached = try #require(result.output.number(before: " trials in"))
            #expect(reached >= 10_000)
        }

        @Test(arguments: ["keep-old-token", "forget-holder", "acknowledge-before-commit"])
        func `a broker with a fault is found out`(fault: String) throws {
            let result = try Programs.race(
                ["--operations", "200000", "--trials", "200", "--fault", fault] + Self.limit)
            #expect(result.exit == .status(1), "\(result.output.lastLines(10))")
            #expect(result.output.contains("VIOLATION: task-"))
            RigTier.report("\(fault): \(result.output.firstLine(with: "VIOLATION") ?? "not found")")
        }

        @Test func `a race goes on where its file says that it came to`() throws {
            let directory = try TemporaryDirectory()
            let file = directory.path + "/state"
            for wanted in ["3000", "6000"] {
                let result = try Programs.race(
                    ["--operations", wanted, "--resume", file] + Self.limit)
                try #require(result.exit == .status(0), "\(result.output)")
            }
            let state = String(decoding: contents(ofFile: file), as: UTF8.self)
            let reached = try #require(state.number(after: "operations "))
            #expect(reached >= 6_000)
            // What the first run had done was not done again.
            let again = try Programs.race(["--operations", "6000", "--resume", file] + Self.limit)
            #expect(again.output.contains("race: reached 0 operations"))
        }
    }
}

extension String {
    fileprivate func lastLines(_ count: Int) -> String {
        split(separator: "\n").suffix(count).joined(separator: "; ")
    }

    fileprivate func firstLine(with word: String) -> Substring? {
        split(separator: "\n").first { $0.contains(word) }
    }

    /// The number that stands directly before the words, at their last place.
    fileprivate func number(before words: String) -> Int? {
        let parts = ranges(of: words)
        guard let last = parts.last else { return nil }
        return Int(String(self[..<last.lowerBound].reversed().prefix { $0.isNumber }.reversed()))
    }

    fileprivate func number(after words: String) -> Int? {
        guard let first = firstRange(of: words) else { return nil }
        return Int(self[first.upperBound...].prefix { $0.isNumber })
    }
}
