private import Glibc

/// How far the runs of one race have come together, in a file of one line a word.
///
///     seed 1234
///     operations 1000000
///     trials 10000
///     seconds 120
///     lives 80
///     violations 0
struct Progress {
    var seed: UInt64
    var operations: UInt64 = 0
    var trials: UInt64 = 0
    var seconds: UInt64 = 0
    /// Ends of the broker.
    var lives: UInt64 = 0
    var violations: UInt64 = 0

    init(seed: UInt64) { self.seed = seed }

    /// Another race each time it goes on.
    var nextSeed: UInt64 { seed &+ operations }

    private static let fields: [(String, any WritableKeyPath<Progress, UInt64> & Sendable)] = [
        ("seed", \.seed), ("operations", \.operations), ("trials", \.trials),
        ("seconds", \.seconds), ("lives", \.lives), ("violations", \.violations),
    ]

    /// With what a run reached on top.
    func adding(_ tally: Tally, seconds: UInt64, violations: Int) -> Progress {
        var sum = self
        sum.operations += tally.operations
        sum.trials += tally.trials
        sum.seconds += seconds
        sum.lives += tally.kills + tally.stops
        sum.violations += UInt64(violations)
        return sum
    }

    // MARK: The file

    /// As it was left; anew where there is no file yet.
    init(path: String, seed: UInt64) throws(RaceFailure) {
        self.init(seed: seed)
        guard let file = fopen(path, "r") else {
            guard errno == ENOENT else { throw .system(path) }
            return
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            let words = text.split { $0 == " " || $0 == "\n" }
            guard words.count == 2, let number = UInt64(words[1]),
                let field = Self.fields.first(where: { $0.0 == words[0] })
            else { throw .unusable("\(path): not how far a race came: \(text)") }
            self[keyPath: field.1] = number
        }
    }

    /// Whole or not at all.
    func write(to path: String) throws(RaceFailure) {
        let text = Self.fields.map { "\($0.0) \(self[keyPath: $0.1])\n" }.joined()
        let fresh = path + ".new"
        guard let file = fopen(fresh, "w") else { throw .system(fresh) }
        fputs(text, file)
        fclose(file)
        guard rename(fresh, path) == 0 else { throw .system(path) }
    }
}
