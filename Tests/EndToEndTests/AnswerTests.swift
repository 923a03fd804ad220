internal import MayflyCrypto
internal import MayflyWire
import Testing

@Suite struct `Answers of a whole broker` {
    /// Signing a batch takes about as long as making it durable, so either may be done first; with
    /// one client nothing else is written that could push out an answer left behind.
    @Test(arguments: [1, 16, 48])
    func `every batch is answered, whichever of disk and signatures is done first`(
        size: Int
    ) throws {
        let broker = try BrokerProcess.start()
        let attester = AgentKeyPair()
        try broker.createApp("reports", attestationKeys: [attester.publicKey.bytes])
        let client = try broker.connect(app: "reports")
        for _ in 0..<60 {
            let plans = (0..<size).map { _ in AgentPlan() }
            #expect(try client.spawnBatch(plans, attestedBy: attester).count == size)
        }
        #expect(try broker.stop() == .status(0))
    }
}
