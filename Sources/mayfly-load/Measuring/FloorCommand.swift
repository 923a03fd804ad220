internal import ArgumentParser
private import Glibc
internal import MayflyCrypto

/// What the signatures alone cost on this machine: no broker can be below it.
struct FloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor",
        abstract: "Measure the cryptography that every spawn needs, on this machine.")

    @Option(help: "Seconds for each measurement.")
    var seconds = 1.0

    @Flag(help: "Print the result as JSON.")
    var json = false

    /// About what a spawn's proof and a token's signing input are.
    private static let proofBytes = 120
    private static let tokenBytes = 640
    /// About what a hop is with two scopes held and granted, and a token with one.
    private static let hopBytes = 1_100
    private static let delegatedTokenBytes = 2_700

    func run() throws {
        guard seconds > 0 else { throw ValidationError("--seconds is above 0") }
        let key = AgentKeyPair()
        let proof = [UInt8](repeating: 7, count: Self.proofBytes)
        let token = [UInt8](repeating: 9, count: Self.tokenBytes)
        let hop = [UInt8](repeating: 5, count: Self.hopBytes)
        let delegated = [UInt8](repeating: 3, count: Self.delegatedTokenBytes)
        let make = microseconds { _ = AgentKeyPair() }
        let sign = microseconds { _ = key.signature(for: token) }
        let verify = verification(of: proof, by: key)
        let signDelegated = microseconds { _ = key.signature(for: delegated) }
        let verifyHop = verification(of: hop, by: key)
        let digest = microseconds { _ = token.withUnsafeBytes { Blake2b.digest256($0) } }
        var text = JSONText()
        text.add("floor_key_pair_microseconds", make)
        text.add("floor_sign_microseconds", sign)
        text.add("floor_verify_microseconds", verify)
        text.add("floor_token_digest_microseconds", digest)
        text.add("floor_key_proven_spawn_microseconds", sign + verify)
        text.add("floor_attested_spawn_microseconds", sign + verify / 64)
        text.add("floor_renew_microseconds", sign + verify)
        text.add("floor_delegate_microseconds", signDelegated + verifyHop)
        guard !json else { return writeLine(text.text, to: STDOUT_FILENO) }
        var table = TextTable(["libsodium on this machine", "us"])
        for (name, value) in [
            ("key pair", make), ("sign a token", sign), ("verify a proof", verify),
            ("digest of a token", digest), ("a key-proven spawn", sign + verify),
            ("a renewal", sign + verify), ("a delegation", signDelegated + verifyHop),
            ("an attested spawn, batches of 64", sign + verify / 64),
        ] {
            table.add([name, Decimal3(value, places: 1).text])
        }
        writeLine(table.lines.joined(separator: "\n"), to: STDOUT_FILENO)
    }

    private func verification(of message: [UInt8], by key: AgentKeyPair) -> Double {
        let signature = key.signature(for: message)
        var isValid = true
        let cost = microseconds {
            isValid =
                message.withUnsafeBytes { message in
                    signature.withUnsafeBytes { key.publicKey.isValidSignature($0, for: message) }
                } && isValid
        }
        precondition(isValid, "a signature of our own is valid")
        return cost
    }

    /// CPU time per call, in microseconds.
    private func microseconds(_ body: () -> Void) -> Double {
        var calls = 0
        let start = Self.cpuSeconds
        var used = 0.0
        repeat {
            for _ in 0..<64 { body() }
            calls += 64
            used = Self.cpuSeconds - start
        } while used < seconds
        return used * 1e6 / Double(calls)
    }

    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
