private import MayflyServer
@testable private import mayflyd

/// The daemon's configuration, as a file: the TOML, the settings, and what may not be served.
///
/// The first byte says whose file it is; what loads without a problem is reported so that the
/// report, read as a file, loads to the same.
final class ConfigurationTarget: FuzzTarget {
    static let name = "configuration"
    static let longestInput = 4_096
    static let dictionary =
        Setting.allCases.map { "\($0.rawValue) = " } + [
            "\"\"\"", "'''", "[", "]", "[[", "0x", "0o660", "1e9", "inf", "nan", "true", "false",
            "1979-05-27T07:32:00Z", "\\u0000", "\\U0001F600", "# ", "\"0660\"", "\r\n", "_",
        ]

    /// TOMLKit leaks with every table (dev/sanitizers/leaks.txt); to look for leaks after each input
    /// would cost a hundred times the input.
    static let arguments = ["-detect_leaks=0"]

    init() {}

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        let user: UInt32 = input.flag() ? 0 : 1_000
        let text = String(decoding: input.rest, as: UTF8.self)
        let loaded = load(text, user: user)
        _ = loaded.problemReport
        let report = loaded.report
        guard loaded.problems.isEmpty else { return }
        let again = load(report, user: user)
        expect(again.problems.isEmpty, "a report is a file without problems")
        expect(
            again.configuration == loaded.configuration, "a report gives the same configuration")
    }

    private func load(_ text: String, user: UInt32) -> LoadedConfiguration {
        let environment: Environment = { name in
            name == "HOME" ? "/home/user" : name == "XDG_RUNTIME_DIR" ? "/run/user/1000" : nil
        }
        return ConfigurationLoader(
            flags: SettingLayer(.flag), environment: environment, explicitFile: "/mayfly.toml",
            paths: StandardPaths(userID: user, environment: environment), processors: 4,
            readFile: { _ throws(SystemFailure) in text }
        ).load()
    }

    func seeds() throws -> [[UInt8]] {
        let example = try Repository.text("packaging/mayfly.toml")
        // Every setting that the example explains stands there as a comment.
        let settings = example.replacing("#", with: " ").split(separator: "\n").filter { line in
            Setting.allCases.contains { line.contains("\($0.rawValue) = ") }
        }
        let every = load("", user: 0).report
        return [example, settings.joined(separator: "\n"), every].map { [0] + Array($0.utf8) }
    }
}
