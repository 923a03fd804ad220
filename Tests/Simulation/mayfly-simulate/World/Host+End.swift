internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore

/// What has to hold when a simulation is over.
extension Host {
    /// Everything has ended: memory holds apps, one key, and no more.
    func checkEmpty() throws {
        let left = [broker.liveGrants, broker.launchTokenCount, broker.revocationCount]
        guard left == [0, 0, 0], broker.signingKeys.count == 1 else {
            throw Disagreement("left: grants, launch tokens, records \(left)")
        }
    }

    /// The log as a whole, as anyone can check it who has the public key.
    func verifyLog() throws {
        let signer = try CheckpointSigner(issuer: Self.issuer, key: checkpointKey)
        guard let key = NoteVerifierKey(signer.verifierKey) else {
            throw Disagreement("no verifier key: \(signer.verifierKey)")
        }
        let report = try AuditVerifier(path: disk.path, vfs: disk.vfs, key: key).verify()
        guard report.isSound, report.events == durable, report.coveredEvents == durable else {
            throw Disagreement("the log does not verify: \(report), \(durable) events are durable")
        }
    }
}
