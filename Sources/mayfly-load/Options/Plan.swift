internal import ArgumentParser
private import Glibc
internal import MayflyWire

/// A run as decided: the options with every default filled in and every contradiction refused.
struct Plan: Sendable {
    var mix: Mix
    var connections: Int
    var depth: Int
    var batch: Int
    /// Arrivals a second, of all threads together; nil is a closed loop.
    var rate: Double?
    var lifetime: Duration
    var population: Int
    var presented: Int
    /// Hops from the root: of the tokens that are presented, or of the grants that are delegated.
    var chainDepth: Int
    var asksForClaims: Bool
    var count: Int?
    var seconds: Double?
    var warmUpSeconds: Double
    var threads: Int
    var cores: [Int32]
    var keys: Int
    var timeToLive: UInt32
    var scope: [String]
    var journal: String?

    /// Two scopes of 40 bytes.
    static let usualScope = [
        "read:data:customer-12345-region-eu-west1", "read:data:customer-12345-invoices-2026-q",
    ]
    static let maximumDepth = 256
    /// What is presented where nobody says: more than any cache of a core holds.
    private static let usualPresented = 100_000
    private static let usualPopulation = 1_000
    /// For each request in flight: no grant is renewed for ever.
    private static let usualRenewedAgents = 16
    private static let depths = 0...5

    init(_ options: RunOptions) throws {
        mix = options.mix
        connections = options.connections
        batch = options.batch
        rate = options.rate
        lifetime = .milliseconds(options.lifetime)
        depth = options.depth ?? (options.rate == nil ? 1 : Self.maximumDepth)
        population = options.population ?? 0
        if options.population == nil {
            switch options.mix {
            case .validate: population = Self.usualPopulation
            case .renew: population = connections * depth * Self.usualRenewedAgents
            case .pairs, .delegate, .weighted: break
            }
        }
        chainDepth = options.chainDepth ?? (options.mix == .delegate ? 1 : 0)
        presented =
            options.mix == .validate
            ? min(options.present ?? Self.usualPresented, population) : 0
        asksForClaims = options.claims
        count = options.count
        seconds = options.seconds ?? (options.count == nil ? 10 : nil)
        warmUpSeconds = options.warmUp
        threads = min(options.threads, options.connections)
        timeToLive = options.ttl
        scope = options.scope.isEmpty ? Self.usualScope : options.scope
        journal = options.journal
        cores = []
        keys = options.keys ?? 0
        try check(options)
        if options.keys == nil { keys = keysNeeded }
        for word in (options.pin ?? "").split(separator: ",") {
            guard let core = Int32(word), core >= 0 else {
                throw ValidationError("--pin takes numbers of cores, as in 0,1")
            }
            cores.append(core)
        }
    }

    private func check(_ options: RunOptions) throws {
        func refuse(unless isGood: Bool, _ message: String) throws {
            if !isGood { throw ValidationError(message) }
        }
        try refuse(unless: 1...65_536 ~= connections, "--connections is 1 to 65536")
        try refuse(unless: 1...Self.maximumDepth ~= depth, "--depth is 1 to 256")
        try refuse(unless: 1...WireLimits.batchItems ~= batch, "--batch is 1 to 1024")
        try refuse(unless: options.threads >= 1, "--threads is at least 1")
        try refuse(unless: (rate ?? 1) > 0, "--rate is above 0")
        try refuse(unless: (seconds ?? 1) > 0, "--seconds is above 0")
        try refuse(unless: (count ?? 1) > 0, "--count is above 0")
        try refuse(unless: warmUpSeconds >= 0, "--warm-up is not below 0")
        try refuse(unless: options.lifetime >= 0, "--lifetime is not below 0")
        try refuse(unless: keys >= 0, "--keys is not below 0")
        try refuse(unless: population >= 0, "--population is not below 0")
        try refuse(
            unless: mix != .validate || population > 0, "nothing to present: --population is 0")
        try refuse(unless: Self.depths ~= chainDepth, "--chain-depth is 0 to 5")
        try refuse(
            unless: chainDepth == 0 || mix == .validate || mix == .delegate,
            "--chain-depth goes with --mix validate and --mix delegate")
        try refuse(unless: mix != .delegate || chainDepth > 0, "a delegation is at least one hop")
        try refuse(
            unless: rate == nil || (mix != .renew && mix != .delegate),
            "--rate does not go with --mix renew and --mix delegate")
        try refuse(
            unless: mix != .renew || population >= connections * depth,
            "--population is at least one agent for each request in flight")
        try refuse(
            unless: mix != .delegate || population == 0,
            "--population does not go with --mix delegate")
        try refuse(
            unless: batch == 1 || mix == .pairs, "--batch goes with --mix pairs")
        try refuse(
            unless: batch == 1 || options.setup || options.attestationKey != nil,
            "a batch is attested: give --attestation-key FILE, or --setup")
        try refuse(
            unless: options.app != nil || options.setup, "give --app NAME, or --setup")
    }

    /// Enough that none is made while the clock runs, as far as can be known.
    private var keysNeeded: Int {
        switch mix {
        case .validate, .renew, .delegate: return 0
        case .pairs, .weighted: break
        }
        let inFlight = connections * min(depth, 64) * batch * 2
        let held = lifetime / .seconds(1) * (rate ?? 5_000)
        return min(inFlight + Int(held * 1.2), 200_000)
    }
}

extension Plan {
    /// Whether hops are signed.
    var delegates: Bool { chainDepth > 0 }

    /// Agents of each connection that renew or delegate.
    var crewSize: Int {
        if mix == .renew { return (population + connections - 1) / connections }
        return delegates ? chainDepth + 1 : 0
    }

    /// One thread's part of a run.
    struct Part: Sendable {
        var connections: Int
        var count: Int?
        var population: Int
        var presented: Int
        var keys: Int
        /// Arrivals a second.
        var rate: Double?
    }

    /// The parts add up to the whole.
    func part(of thread: Int) -> Part {
        func share(_ whole: Int) -> Int {
            whole / threads + (thread < whole % threads ? 1 : 0)
        }
        return Part(
            connections: share(connections), count: count.map(share),
            population: share(population), presented: share(presented), keys: share(keys),
            rate: rate.map { $0 / Double(threads) / Double(batch) })
    }
}
