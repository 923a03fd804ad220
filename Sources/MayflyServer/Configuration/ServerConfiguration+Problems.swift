private import MayflyStore

/// The bounds of every number that can be set.
package enum ConfigurationLimit {
    package static let reactors = 1...64
    package static let spinMicroseconds: ClosedRange<UInt32> = 0...1_000
    package static let lifetimeSeconds: ClosedRange<UInt32> = 1...604_800
    package static let liveGrants = 1_000...50_000_000
    package static let connections = 16...1_000_000
    package static let boundProcesses = 0...1_000_000
    package static let queuedBytes = (16 << 20)...(1 << 40)
    /// 0 for a quarter of the whole.
    package static let connectionsPerUid = 0...1_000_000
    package static let liveGrantsPerUid = 0...50_000_000
    package static let liveGrantBytesPerUid = (1 << 20)...(1 << 40)
    package static let launchTokens = 1...10_000_000
    package static let launchTokensPerUid = 0...10_000_000
    package static let requestsPerUid = 1...10_000_000
    package static let queuedBytesPerUid = 0...(1 << 40)
    package static let watchersPerUid = 1...1_000
    package static let challengesPerUid = 1...1_000_000
    /// 0 for no limit.
    package static let signaturesPerSecond = 0...10_000_000
    package static let idleTimeoutSeconds: ClosedRange<UInt32> = 1...604_800
    package static let storageReserveBytes: ClosedRange<UInt64> = (1 << 20)...(1 << 40)
    package static let walCheckpointPages: ClosedRange<UInt32> = 100...100_000
    package static let nameBytes = 1...255
    /// A checkpoint's origin has `/audit` behind it, and 255 bytes.
    package static let issuerBytes = 1...249
    /// `sun_path` holds 108 bytes, the last of them zero (unix(7)).
    package static let socketPathBytes = 2...107
    package static let agentSocketModes: UInt32 = 0o666
}

extension ServerConfiguration {
    /// Everything wrong with these values; empty when they can be served.
    package func problems() -> [ConfigurationProblem] {
        var found: [ConfigurationProblem] = []
        collectNameProblems(into: &found)
        collectPathProblems(into: &found)
        collectNumberProblems(into: &found)
        collectShareProblems(into: &found)
        return found
    }

    private func collectNameProblems(into found: inout [ConfigurationProblem]) {
        // The issuer is copied into signed JSON and into the origin line of checkpoints.
        let isPlain = issuer.utf8.allSatisfy { byte in
            0x21...0x7E ~= byte && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        if !isPlain || !(ConfigurationLimit.issuerBytes ~= issuer.utf8.count)
            || CheckpointSigner.origin(issuer: issuer) == nil
        {
            found.append(
                .init(
                    .issuer,
                    "must be 1 to 249 bytes of printable ASCII without space, quote, backslash and "
                        + "plus, and more than a scheme"))
        }
        // SPIFFE-ID section 2.1: lower case letters, digits, dots, dashes and underscores.
        let isTrustDomain = trustDomain.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        if !isTrustDomain || !(ConfigurationLimit.nameBytes ~= trustDomain.utf8.count) {
            found.append(.init(.trustDomain, "must be 1 to 255 bytes of [a-z0-9._-]"))
        }
    }

    private func collectPathProblems(into found: inout [ConfigurationProblem]) {
        if !isAbsolute(dataDirectory) {
            found.append(.init(.dataDirectory, "must be an absolute path"))
        }
        for (setting, path) in [
            (Setting.agentSocket, agentSocketPath), (.operatorSocket, operatorSocketPath),
        ] where !isAbsolute(path) || !(ConfigurationLimit.socketPathBytes ~= path.utf8.count) {
            found.append(.init(setting, "must be an absolute path of at most 107 bytes"))
        }
        if directory(of: agentSocketPath) == directory(of: operatorSocketPath) {
            found.append(
                .init(.operatorSocket, "must lie in a directory of its own, not the agents' one"))
        }
        if agentSocketMode & ~ConfigurationLimit.agentSocketModes != 0
            || agentSocketMode & 0o600 != 0o600
        {
            found.append(
                .init(.agentSocketMode, "must be read and write for the owner, at most 0666"))
        }
    }

    private func collectNumberProblems(into found: inout [ConfigurationProblem]) {
        func check<Number: BinaryInteger>(
            _ setting: Setting, _ value: Number, _ range: ClosedRange<Number>
        ) {
            found += outside(setting, value, range)
        }
        check(.reactors, reactors, ConfigurationLimit.reactors)
        check(.defaultTimeToLive, defaultLifetimeSeconds, ConfigurationLimit.lifetimeSeconds)
        check(.maximumTimeToLive, maximumLifetimeSeconds, ConfigurationLimit.lifetimeSeconds)
        if defaultLifetimeSeconds > maximumLifetimeSeconds {
            found.append(.init(.defaultTimeToLive, "must not be more than max-ttl"))
        }
        check(.maximumLiveGrants, maximumLiveGrants, ConfigurationLimit.liveGrants)
        check(.maximumConnections, maximumConnections, ConfigurationLimit.connections)
        check(
            .maximumBoundProcesses, maximumBoundProcesses, ConfigurationLimit.boundProcesses)
        check(
            .maximumBoundProcessesPerUid, maximumBoundProcessesPerUid,
            ConfigurationLimit.boundProcesses)
        check(.idleTimeout, idleTimeoutSeconds, ConfigurationLimit.idleTimeoutSeconds)
        check(.storageReserve, storageReserveBytes, ConfigurationLimit.storageReserveBytes)
        check(.walCheckpointPages, walCheckpointPages, ConfigurationLimit.walCheckpointPages)
        check(.spinMicroseconds, spinMicroseconds, ConfigurationLimit.spinMicroseconds)
    }
}

extension ServerConfiguration {
    private func collectShareProblems(into found: inout [ConfigurationProblem]) {
        func check(_ setting: Setting, _ value: Int, _ range: ClosedRange<Int>) {
            found += outside(setting, value, range)
        }
        check(
            .maximumLiveGrantsPerUid, maximumLiveGrantsPerUid, ConfigurationLimit.liveGrantsPerUid)
        check(
            .maximumLiveGrantsPerApp, maximumLiveGrantsPerApp, ConfigurationLimit.liveGrantsPerUid)
        check(
            .maximumLiveGrantBytesPerUid, maximumLiveGrantBytesPerUid,
            ConfigurationLimit.liveGrantBytesPerUid)
        check(.maximumLaunchTokens, maximumLaunchTokens, ConfigurationLimit.launchTokens)
        check(
            .maximumLaunchTokensPerUid, maximumLaunchTokensPerUid,
            ConfigurationLimit.launchTokensPerUid)
        check(
            .maximumLaunchTokensPerApp, maximumLaunchTokensPerApp,
            ConfigurationLimit.launchTokensPerUid)
        check(.maximumQueuedBytes, maximumQueuedBytes, ConfigurationLimit.queuedBytes)
        check(
            .maximumConnectionsPerUid, maximumConnectionsPerUid,
            ConfigurationLimit.connectionsPerUid)
        check(.maximumRequestsPerUid, maximumRequestsPerUid, ConfigurationLimit.requestsPerUid)
        check(
            .maximumQueuedBytesPerUid, maximumQueuedBytesPerUid,
            ConfigurationLimit.queuedBytesPerUid)
        check(.maximumWatchersPerUid, maximumWatchersPerUid, ConfigurationLimit.watchersPerUid)
        check(
            .maximumChallengesPerUid, maximumChallengesPerUid,
            ConfigurationLimit.challengesPerUid)
        check(.signaturesPerSecond, signaturesPerSecond, ConfigurationLimit.signaturesPerSecond)
        check(
            .unnamedSignaturesPerSecond, unnamedSignaturesPerSecond,
            ConfigurationLimit.signaturesPerSecond)
    }
}

private func outside<Number: BinaryInteger>(
    _ setting: Setting, _ value: Number, _ range: ClosedRange<Number>
) -> [ConfigurationProblem] {
    range.contains(value)
        ? [] : [.init(setting, "must be \(range.lowerBound) to \(range.upperBound)")]
}

private func isAbsolute(_ path: String) -> Bool {
    path.utf8.first == UInt8(ascii: "/") && path.utf8.count <= 4_095
        && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
}

private func directory(of path: String) -> Substring {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return path[..<slash]
}
