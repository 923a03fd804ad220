internal import ArgumentParser

/// Everything a run can be told.
struct RunOptions: ParsableArguments {
    @Option(help: "Connections to the broker.")
    var connections = 8

    @Option(help: "Requests in flight on each, 1 to 256 (default 1, or 256 with --rate).")
    var depth: Int?

    @Option(help: "Agents per SpawnBatch and ReleaseBatch; 1 sends Spawn and Release.")
    var batch = 1

    @Option(
        help: """
            pairs, validate, renew, delegate, or weights: spawn=10,validate=80,release=10.
            """)
    var mix = Mix.pairs

    @Option(
        help: """
            Open loop: arrivals a second of all connections together, on time whatever the broker \
            does; latency counts from the scheduled arrival.
            """)
    var rate: Double?

    @Option(help: "Milliseconds each agent lives before it is released.")
    var lifetime = 0

    @Option(
        help: "Live grants to build up first and to keep; with --mix renew, the agents renewed.")
    var population: Int?

    @Option(
        help: """
            Hops from the root, 0 to 5: of the tokens that --mix validate presents, each with a \
            chain of its own, or of the grants that --mix delegate makes.
            """)
    var chainDepth: Int?

    @Option(help: "How many distinct tokens of the population are presented.")
    var present: Int?

    @Flag(help: "Ask for the claims with every validation.")
    var claims = false

    @Option(help: "End after this many operations (pairs, with --mix pairs).")
    var count: Int?

    @Option(help: "End after this many seconds (default 10, or no limit with --count).")
    var seconds: Double?

    @Option(help: "Seconds before the measurement begins.")
    var warmUp = 2.0

    @Option(help: "Threads that share the connections.")
    var threads = 1

    @Option(help: "Cores for the threads, in turn: 1 or 0,1.")
    var pin: String?

    @Option(help: "Agent key pairs made before the measurement (default: as many as needed).")
    var keys: Int?

    @Option(help: "Seconds a token lives if nobody releases it.")
    var ttl: UInt32 = 3_600

    @Option(help: "A scope of every agent; may be given more than once.")
    var scope: [String] = []

    @Option(help: "The app to speak for.")
    var app: String?

    @Option(help: "The orchestration id of every agent (default: the app's name).")
    var orchestration: String?

    @Option(
        help: "Attest batches with the key of this file: the 32-byte seed, raw or in base64url.")
    var attestationKey: String?

    @Flag(help: "Make an app for the run over the operator socket, and remove it at the end.")
    var setup = false

    @Flag(help: "Leave live what was not released in the run, and the app that it made.")
    var leave = false

    @Option(help: "Append every acknowledgement to this file before anything rests on it.")
    var journal: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Flag(help: "No line per second while it runs.")
    var quiet = false
}
