internal import Foundation

/// The inputs to begin from, as files: `DIRECTORY/<target>/<number>`, and a dictionary for libFuzzer
/// beside each folder.
struct SeedWriter {
    let directory: URL

    init(path: String) { directory = URL(filePath: path) }

    func write() throws {
        for target in FuzzTargets.all {
            let folder = directory.appending(path: target.name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (number, seed) in try target.init().seeds().enumerated() {
                try Data(seed).write(to: folder.appending(path: "seed-\(number)"))
            }
            try Data(dictionary(target.dictionary).utf8)
                .write(to: directory.appending(path: "\(target.name).dict"))
        }
    }

    /// libFuzzer's format: one quoted word a line, every byte that is not plain in hex.
    private func dictionary(_ words: [String]) -> String {
        words.map { word in
            let escaped = word.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0...0x1F, 0x7F...:
                    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                default: String(UnicodeScalar(byte))
                }
            }
            return "\"\(escaped.joined())\"\n"
        }.joined()
    }
}

/// Files of the repository that seeds are made from: found from where this file is.
enum Repository {
    private static let root = URL(filePath: #filePath)
        .appending(path: "../../../../..").standardized

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The files of a folder whose names begin so, in their order.
    static func texts(in folder: String, startingWith prefix: String) throws -> [String] {
        let folder = root.appending(path: folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix(prefix) }.sorted()
            .map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) }
    }
}
