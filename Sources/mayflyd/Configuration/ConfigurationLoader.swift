internal import MayflyServer

/// What was found when every place had been asked.
struct LoadedConfiguration {
    /// Usable only while `problems` is empty.
    var configuration: DaemonConfiguration
    var origins: [Setting: SettingOrigin]
    var problems: [ConfigurationProblem]
}

/// Puts flags over environment over file over defaults.
struct ConfigurationLoader {
    var flags: SettingLayer
    var environment: Environment
    /// The file that must be there; nil takes the standard one if it is there.
    var explicitFile: String?
    var paths: StandardPaths
    var processors: Int
    /// The text of a file; nil where there is no such file.
    var readFile: (String) throws(SystemFailure) -> String?

    func load() -> LoadedConfiguration {
        var problems: [ConfigurationProblem] = []
        var layers = [flags, SettingLayer(environment: environment)]
        if let file = readConfigurationFile(&problems) {
            layers.append(file)
        }
        var configuration = standard()
        var origins: [Setting: SettingOrigin] = [:]
        for setting in Setting.allCases {
            guard let layer = layers.first(where: { $0.values[setting] != nil }),
                let text = layer.values[setting]
            else { continue }
            origins[setting] = layer.origin
            if let problem = configuration.assign(setting, text) {
                problems.append(problem)
            }
        }
        derivePaths(&configuration, origins)
        let missing = missingPaths(origins)
        let wrong = configuration.server.problems() + keyFileProblems(configuration)
        problems += missing
        problems += wrong.filter { problem in
            !missing.contains { $0.setting == problem.setting }
        }
        return LoadedConfiguration(
            configuration: configuration, origins: origins, problems: problems)
    }

    private func readConfigurationFile(_ problems: inout [ConfigurationProblem]) -> SettingLayer? {
        guard let path = explicitFile ?? paths.configurationFile else { return nil }
        do {
            guard let text = try readFile(path) else {
                if explicitFile != nil {
                    problems.append(ConfigurationProblem(nil, "\(path): no such file"))
                }
                return nil
            }
            let file = ConfigurationFile(text: text, path: path)
            problems += file.problems
            return file.layer
        } catch {
            problems.append(ConfigurationProblem(nil, error.description))
            return nil
        }
    }

    private func standard() -> DaemonConfiguration {
        let runtime = paths.runtimeDirectory
        var server = ServerConfiguration(
            dataDirectory: paths.dataDirectory ?? "",
            agentSocketPath: runtime.map { $0 + "/agent.sock" } ?? "",
            operatorSocketPath: runtime.map { $0 + "/operator/operator.sock" } ?? "")
        server.agentSocketMode = paths.agentSocketMode
        // One reactor per core; beyond a handful the lock around the core is what is shared.
        server.reactors = min(max(processors, 1), 16)
        return DaemonConfiguration(server: server, keyFilePath: "")
    }

    /// The key file lies with the data unless someone says otherwise.
    private func derivePaths(
        _ configuration: inout DaemonConfiguration, _ origins: [Setting: SettingOrigin]
    ) {
        if origins[.keyFile] == nil {
            configuration.keyFilePath = configuration.server.dataDirectory + "/mayfly.key"
        }
    }

    private func keyFileProblems(_ configuration: DaemonConfiguration) -> [ConfigurationProblem] {
        let isAbsolute = configuration.keyFilePath.utf8.first == UInt8(ascii: "/")
        return isAbsolute ? [] : [ConfigurationProblem(.keyFile, "must be an absolute path")]
    }

    /// Paths that neither anyone said nor the environment gives.
    private func missingPaths(_ origins: [Setting: SettingOrigin]) -> [ConfigurationProblem] {
        var missing: [ConfigurationProblem] = []
        if paths.dataDirectory == nil, origins[.dataDirectory] == nil {
            missing.append(
                ConfigurationProblem(
                    .dataDirectory, "must be set: neither XDG_STATE_HOME nor HOME is"))
        }
        if paths.runtimeDirectory == nil {
            for setting in [Setting.agentSocket, .operatorSocket] where origins[setting] == nil {
                missing.append(
                    ConfigurationProblem(setting, "must be set: XDG_RUNTIME_DIR is not"))
            }
        }
        return missing
    }
}
