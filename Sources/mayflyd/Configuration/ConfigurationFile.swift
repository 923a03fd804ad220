internal import MayflyServer
private import TOMLKit

/// A TOML file with the settings' own names as keys, at the top level.
struct ConfigurationFile {
    var layer: SettingLayer
    var problems: [ConfigurationProblem] = []

    static let maximumBytes = 64 << 10

    init(text: String, path: String) {
        layer = SettingLayer(.file(path))
        if let problem = PlainSettings.problem(in: text) {
            problems.append(ConfigurationProblem(nil, "\(path): \(problem)"))
            return
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            problems.append(ConfigurationProblem(nil, "\(path): \(error.debugDescription)"))
            return
        } catch {
            problems.append(ConfigurationProblem(nil, "\(path): \(error)"))
            return
        }
        for key in table.keys.sorted() {
            guard let setting = Setting(rawValue: key) else {
                problems.append(ConfigurationProblem(nil, "\(path): no setting is called \(key)"))
                continue
            }
            guard let value = table[key], let text = ConfigurationFile.text(value, setting.kind)
            else {
                problems.append(
                    ConfigurationProblem(setting, "must be \(setting.kind.phrase) in \(path)"))
                continue
            }
            layer.values[setting] = text
        }
    }

    /// Nil where the file has a value of another kind: a number in quotes is a mistake, not a number.
    private static func text(_ value: any TOMLValueConvertible, _ kind: SettingKind) -> String? {
        switch kind {
        case .text: return value.string
        case .integer: return value.int.map { String($0) }
        case .boolean: return value.bool.map { String($0) }
        case .integerList:
            guard let array = value.array else { return nil }
            var words: [String] = []
            for element in array {
                guard let number = element.int else { return nil }
                words.append(String(number))
            }
            return words.joined(separator: ",")
        }
    }
}

extension SettingKind {
    fileprivate var phrase: String {
        switch self {
        case .text: "a string"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .integerList: "a list of whole numbers"
        }
    }
}
