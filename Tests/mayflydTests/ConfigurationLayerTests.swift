import Logging
import MayflyCore
import MayflyServer
import Testing

@testable import mayflyd

/// A loader over plain values: nothing here reads the machine.
private func load(
    flags: [Setting: String] = [:], environment: [String: String] = [:],
    file: String? = nil, userID: UInt32 = 0, explicitFile: String? = nil
) -> LoadedConfiguration {
    ConfigurationLoader(
        flags: SettingLayer(.flag, flags), environment: { environment[$0] },
        explicitFile: explicitFile,
        paths: StandardPaths(userID: userID, environment: { environment[$0] }), processors: 4,
        readFile: { _ throws(SystemFailure) in file }
    ).load()
}

@Suite struct `Layers of configuration` {
    @Test func `a flag wins over the environment, the environment over the file`() {
        let flags = [Setting.reactors: "3"]
        let environment = ["MAYFLY_REACTORS": "5", "MAYFLY_MAX_TTL": "7200"]
        let file = "reactors = 7\nmax-ttl = 3600\ndefault-ttl = 60\n"
        let loaded = load(flags: flags, environment: environment, file: file)
        #expect(loaded.problems.isEmpty)
        #expect(loaded.configuration.server.reactors == 3)
        #expect(loaded.configuration.server.maximumLifetimeSeconds == 7_200)
        #expect(loaded.configuration.server.defaultLifetimeSeconds == 60)
        #expect(loaded.configuration.server.idleTimeoutSeconds == 300)
        #expect(loaded.origins[.reactors] == .flag)
        #expect(loaded.origins[.maximumTimeToLive] == .environment)
        #expect(loaded.origins[.defaultTimeToLive] == .file("/etc/mayfly/mayfly.toml"))
        #expect(loaded.origins[.idleTimeout] == nil)
    }

    @Test(arguments: Setting.allCases)
    func `every setting can be said in every place, and its report says it again`(
        setting: Setting
    ) throws {
        let sample = try #require(samples[setting])
        let byFlag = load(flags: [setting: sample.text])
        let byEnvironment = load(environment: [setting.environmentName: sample.text])
        let byFile = load(file: "\(setting.rawValue) = \(sample.file)\n")
        #expect(byFlag.problems.isEmpty && byEnvironment.problems.isEmpty)
        #expect(byFile.problems.isEmpty)
        #expect(byFlag.configuration == byEnvironment.configuration)
        #expect(byFlag.configuration == byFile.configuration)
        #expect(byFlag.configuration != load().configuration)
        #expect(load(file: byFlag.report).configuration == byFlag.configuration)
    }

    @Test(
        arguments: [
            "[server]\nreactors = 2\n", "  [#x]\n", "\t[[a]]\n", "issuer = \"a\"\n[",
            "max-ttl = 1979-05-27T\u{d1}7:32\n", "max-ttl = 07:3\n", "issuer\u{e9} = 1\n",
            "# comment\nissuer = '''a\nb'''\n[x]\n",
        ])
    func `what no setting is written with is refused before the parser sees it`(file: String) {
        let problems = load(file: file).problems
        #expect(problems.count == 1)
        #expect(problems.first?.message.hasPrefix("/etc/mayfly/mayfly.toml: ") == true)
    }

    @Test(
        arguments: [
            "issuer = \"[a]-1979-05-27\" # [x] \u{e9}\n", "issuer = \"\"\"\n[a] 1:2\"\"\"\n",
            "operator-uids = [\n  1,\n  2,\n]\n", "issuer = 'a\\' # '\n",
        ])
    func `strings, comments and lists may have it`(file: String) {
        #expect(load(file: file).problems.allSatisfy { $0.setting != nil })
    }

    @Test func `an empty variable is as good as none`() {
        #expect(load(environment: ["MAYFLY_REACTORS": ""]).origins[.reactors] == nil)
    }

    @Test func `a file that was asked for must be there`() {
        #expect(load(explicitFile: "/nowhere.toml").problems.count == 1)
        #expect(load().problems.isEmpty)
    }

    @Test func `the key file lies with the data`() {
        let loaded = load(flags: [.dataDirectory: "/data"])
        #expect(loaded.configuration.keyFilePath == "/data/mayfly.key")
        let elsewhere = load(flags: [.dataDirectory: "/data", .keyFile: "/secret/key"])
        #expect(elsewhere.configuration.keyFilePath == "/secret/key")
    }
}

@Suite struct `Validation of configuration` {
    @Test(arguments: [
        (Setting.reactors, "0"), (.reactors, "65"), (.reactors, "two"), (.reactors, "+2"),
        (.issuer, ""), (.issuer, "two words"), (.issuer, "quo\"te"), (.issuer, "\u{e9}"),
        (.issuer, "a+b"), (.issuer, "https://"), (.issuer, String(repeating: "a", count: 250)),
        (.trustDomain, "Upper"), (.trustDomain, "a/b"), (.dataDirectory, "relative"),
        (.agentSocket, "relative"), (.agentSocket, "/" + String(repeating: "a", count: 107)),
        (.operatorSocket, "/run/mayfly/operator.sock"), (.keyFile, "relative"),
        (.agentSocketMode, "660x"), (.agentSocketMode, "0777"), (.agentSocketMode, "0060"),
        (.agentSocketMode, "10660"), (.operatorUids, "root"), (.operatorUids, "4294967295"),
        (.operatorUids, "-1"), (.pinReactors, "yes"), (.defaultTimeToLive, "0"),
        (.defaultTimeToLive, "90000"), (.maximumTimeToLive, "604801"),
        (.maximumTimeToLive, "299"), (.maximumLiveGrants, "999"), (.maximumConnections, "15"),
        (.maximumBoundProcesses, "1000001"), (.maximumBoundProcessesPerUid, "-1"),
        (.idleTimeout, "0"), (.storageReserve, "1"), (.storageReserve, "18446744073709551616"),
        (.walCheckpointPages, "99"), (.spinMicroseconds, "1001"), (.logLevel, "loud"),
        (.logFormat, "xml"),
    ])
    func `a value out of its range is a problem`(setting: Setting, text: String) {
        let loaded = load(flags: [setting: text])
        #expect(!loaded.problems.isEmpty)
    }

    @Test func `every problem is named, not the first alone`() {
        let file = "reactors = \"2\"\nnonsense = 1\nlog-format = \"xml\"\n"
        let loaded = load(flags: [.idleTimeout: "soon"], file: file)
        let report = loaded.problemReport
        #expect(loaded.problems.count == 4)
        for word in [
            "reactors must be a whole number in", "nonsense", "log-format", "--idle-timeout",
        ] {
            #expect(report.contains(word))
        }
    }

    @Test(arguments: [
        "reactors = ", "reactors = 1\nreactors = 2\n", "[section]\nreactors = 1\n",
        "operator_uids = [1]\n", "operator-uids = [\"1\"]\n", "operator-uids = 1\n",
        "agent-socket-mode = 432\n", "pin-reactors = \"true\"\n", "reactors = 1.5\n",
    ])
    func `a file that says it wrongly is a problem`(file: String) {
        #expect(!load(file: file).problems.isEmpty)
    }
}

@Suite struct `Standard paths` {
    @Test func `root has the system's`() {
        let server = load(userID: 0).configuration.server
        #expect(server.agentSocketPath == "/run/mayfly/agent.sock")
        #expect(server.operatorSocketPath == "/run/mayfly/operator/operator.sock")
        #expect(server.dataDirectory == "/var/lib/mayfly")
        #expect(server.agentSocketMode == 0o660)
    }

    @Test func `a user has their own`() {
        let loaded = load(
            environment: ["HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/7"], userID: 7)
        #expect(loaded.problems.isEmpty)
        #expect(loaded.configuration.server.agentSocketPath == "/run/user/7/mayfly/agent.sock")
        #expect(loaded.configuration.server.dataDirectory == "/home/u/.local/state/mayfly")
        #expect(loaded.configuration.server.agentSocketMode == 0o600)
        let state = load(
            environment: ["XDG_STATE_HOME": "/state", "XDG_RUNTIME_DIR": "/r"], userID: 7)
        #expect(state.configuration.server.dataDirectory == "/state/mayfly")
    }

    @Test func `a service has what its manager made`() {
        let loaded = load(
            environment: ["RUNTIME_DIRECTORY": "/run/m:/run/n", "STATE_DIRECTORY": "/var/lib/m"],
            userID: 7)
        #expect(loaded.problems.isEmpty)
        #expect(loaded.configuration.server.agentSocketPath == "/run/m/agent.sock")
        #expect(loaded.configuration.server.dataDirectory == "/var/lib/m")
        #expect(loaded.configuration.server.agentSocketMode == 0o660)
    }

    @Test func `a path that nothing gives must be said, and is asked for once`() {
        let loaded = load(userID: 7)
        #expect(
            loaded.problems.map(\.setting) == [.dataDirectory, .agentSocket, .operatorSocket])
        let said = load(
            flags: [
                .dataDirectory: "/d", .agentSocket: "/a/agent.sock",
                .operatorSocket: "/o/operator.sock",
            ], userID: 7)
        #expect(said.problems.isEmpty)
    }
}

/// For each setting a value that is not its default: as text, and as the file says it.
private let samples: [Setting: (text: String, file: String)] = [
    .issuer: ("https://broker.test", "\"https://broker.test\""),
    .trustDomain: ("fleet.test", "\"fleet.test\""),
    .dataDirectory: ("/tmp/it", "\"/tmp/it\""),
    .keyFile: ("/tmp/key", "\"/tmp/key\""),
    .agentSocket: ("/tmp/a/s", "\"/tmp/a/s\""),
    .agentSocketMode: ("0666", "\"0666\""),
    .operatorSocket: ("/tmp/o/s", "\"/tmp/o/s\""),
    .operatorUids: ("1000,1001", "[1001, 1000]"),
    .reactors: ("9", "9"),
    .pinReactors: ("false", "false"),
    .defaultTimeToLive: ("60", "60"),
    .maximumTimeToLive: ("3600", "3_600"),
    .maximumLiveGrants: ("5000", "5000"),
    .maximumConnections: ("64", "64"),
    .maximumBoundProcesses: ("500", "500"),
    .maximumBoundProcessesPerUid: ("100", "100"),
    .maximumLiveGrantsPerUid: ("4000", "4000"),
    .maximumLiveGrantsPerApp: ("3000", "3000"),
    .maximumLiveGrantBytesPerUid: ("2097152", "2097152"),
    .maximumLaunchTokens: ("500", "500"),
    .maximumLaunchTokensPerUid: ("400", "400"),
    .maximumLaunchTokensPerApp: ("300", "300"),
    .maximumQueuedBytes: ("33554432", "33554432"),
    .maximumConnectionsPerUid: ("20", "20"),
    .maximumRequestsPerUid: ("100", "100"),
    .maximumQueuedBytesPerUid: ("1048576", "1048576"),
    .maximumWatchersPerUid: ("3", "3"),
    .maximumChallengesPerUid: ("4", "4"),
    .signaturesPerSecond: ("5000", "5000"),
    .unnamedSignaturesPerSecond: ("50", "50"),
    .idleTimeout: ("30", "30"),
    .hardening: ("off", "\"off\""),
    .storageReserve: ("1073741824", "1073741824"),
    .walCheckpointPages: ("500", "500"),
    .spinMicroseconds: ("20", "20"),
    .logLevel: ("debug", "\"debug\""),
    .logFormat: ("json", "\"json\""),
]
