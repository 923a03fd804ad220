import MayflyServer
import Testing

@testable import mayflyd

/// A file of the repository, found from where this one was compiled.
private func repositoryFile(_ path: String) throws -> String {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try #require(try readTextFile("/\(root)/\(path)", limit: 1 << 20))
}

@Suite struct `What operators are told about the settings` {
    private func load(_ file: String?) -> LoadedConfiguration {
        ConfigurationLoader(
            flags: SettingLayer(.flag), environment: { _ in nil }, explicitFile: nil,
            paths: StandardPaths(userID: 0, environment: { _ in nil }), processors: 2,
            readFile: { _ throws(SystemFailure) in file }
        ).load()
    }

    @Test func `the commented example is every setting with its default`() throws {
        let example = try repositoryFile("packaging/mayfly.toml")
        let uncommented = example.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? line.dropFirst() : line
        }.joined(separator: "\n")
        let loaded = load(uncommented)
        #expect(loaded.problems.isEmpty)
        #expect(loaded.origins.count == Setting.allCases.count)
        #expect(loaded.configuration == load(nil).configuration)
    }

    @Test(arguments: Setting.allCases)
    func `the table of the operations page has every setting`(setting: Setting) throws {
        let page = try repositoryFile("docs/operations.md")
        #expect(page.contains("\n| `\(setting.rawValue)` |"))
    }
}
