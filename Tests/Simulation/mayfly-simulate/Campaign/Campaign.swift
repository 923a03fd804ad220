private import Glibc
internal import MayflyCrypto
private import Synchronization

/// Many seeds on a few threads. Without a mutant every seed has to pass; with one, a seed has to fail.
final class Campaign: Sendable {
    let seeds: ClosedRange<UInt64>
    let operations: Int
    let mutant: Mutant
    let jobs: Int
    let seconds: Int
    let isQuiet: Bool

    private let next: Atomic<UInt64>
    private let finished = Atomic<UInt64>(0)
    private let failed = Atomic<Bool>(false)
    private let tally = Mutex(Tally())
    private let started = Campaign.monotonicSeconds()
    private let checkpointKey = Ed25519PrivateKey()

    init(
        seeds: ClosedRange<UInt64>, operations: Int, mutant: Mutant, jobs: Int, seconds: Int,
        isQuiet: Bool
    ) {
        self.seeds = seeds
        self.operations = operations
        self.mutant = mutant
        self.jobs = jobs
        self.seconds = seconds
        self.isQuiet = isQuiet
        next = Atomic(seeds.lowerBound)
    }

    /// Whether all went as it should.
    func run() -> Bool {
        var threads: [pthread_t] = []
        for _ in 0..<max(1, jobs) {
            var thread = pthread_t()
            let box = Unmanaged.passRetained(self)
            let code = pthread_create(
                &thread, nil,
                { box in
                    guard let box else { return nil }
                    Unmanaged<Campaign>.fromOpaque(box).takeRetainedValue().work()
                    return nil
                }, box.toOpaque())
            guard code == 0 else {
                box.release()
                continue
            }
            threads.append(thread)
        }
        for thread in threads { pthread_join(thread, nil) }
        return report()
    }

    private func report() -> Bool {
        let count = finished.load(ordering: .relaxed)
        let isFailed = failed.load(ordering: .relaxed)
        let time = Campaign.monotonicSeconds() - started
        if mutant != .none {
            if !isFailed { print("\(mutant.rawValue): NOT FOUND in \(count) seeds") }
            return isFailed
        }
        let reached = next.load(ordering: .relaxed)
        guard isFailed || (count > 0 && count == reached - seeds.lowerBound) else {
            print("\(count) of the seeds up to \(reached - 1) were finished")
            return false
        }
        if !isFailed {
            print(tally.withLock { $0.text })
            print("\(count) seeds of \(operations) requests each in \(time) s: no disagreement")
            if reached <= seeds.upperBound {
                print("go on with --seeds \(reached)..\(seeds.upperBound)")
            }
        }
        return !isFailed && (count < Self.thoroughSeeds || isThorough)
    }

    /// Of what is told of a mutant that was found.
    private static let mutantTextCharacters = 140

    /// From here on a run has to have met everything.
    private static let thoroughSeeds = 500

    /// A rule that no request met was not tested.
    private var isThorough: Bool {
        let unmet = tally.withLock { $0.unmet }
        if !unmet.isEmpty { print("never met: \(unmet.joined(separator: ", "))") }
        return unmet.isEmpty
    }

    private func work() {
        while !failed.load(ordering: .relaxed), Campaign.monotonicSeconds() - started < seconds {
            let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard seed <= seeds.upperBound else {
                next.wrappingSubtract(1, ordering: .relaxed)
                return
            }
            play(seed)
        }
    }

    private func play(_ seed: UInt64) {
        var place = "the start"
        do {
            var simulation = try Simulation(
                seed: seed, mutant: mutant, checkpointKey: checkpointKey)
            defer { if failed.load(ordering: .relaxed) == false { place = simulation.place } }
            try simulation.run(operations: operations)
            let happened = simulation.host.finalTally()
            tally.withLock { $0.add(happened) }
            let count = finished.wrappingAdd(1, ordering: .relaxed).newValue
            if !isQuiet, count.isMultiple(of: 100) {
                print("\(count) seeds, \(Campaign.monotonicSeconds() - started) s")
                fflush(nil)
            }
        } catch {
            let isFirst = !failed.exchange(true, ordering: .relaxed)
            if isFirst { tell(seed, place, error) }
        }
    }

    private func tell(_ seed: UInt64, _ place: String, _ error: any Error) {
        let text = (error as? Disagreement)?.text ?? "\(error)"
        guard mutant == .none else {
            let line = text.split { $0.isWhitespace }.joined(separator: " ")
            let about = line.prefix(Self.mutantTextCharacters)
            return print("\(mutant.rawValue): found at seed \(seed): \(about)")
        }
        print("seed \(seed) fails at \(place)\n\(text)")
        print("again: dev/simulate.sh --seeds \(seed) --operations \(operations)")
    }

    private static func monotonicSeconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}
