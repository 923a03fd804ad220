private import MayflyServer

extension LoadedConfiguration {
    /// The effective configuration as a file that would give it, with where each value came from.
    var report: String {
        let lines = Setting.allCases.map { setting in
            (
                text: "\(setting.rawValue) = \(configuration.fileText(setting))",
                place: (origins[setting] ?? .standard).place(of: setting)
            )
        }
        let width = lines.map(\.text.utf8.count).max() ?? 0
        return lines.map { line in
            let padding = String(repeating: " ", count: width - line.text.utf8.count)
            return "\(line.text)\(padding)  # \(line.place)\n"
        }.joined()
    }

    /// One line per problem: the setting, what must hold, and where the value was said.
    var problemReport: String {
        problems.map { problem in
            guard let setting = problem.setting else { return "mayflyd: \(problem.message)\n" }
            let place = origins[setting].map { " (\($0.place(of: setting)))" } ?? ""
            return "mayflyd: \(setting.rawValue) \(problem.message)\(place)\n"
        }.joined()
    }
}
