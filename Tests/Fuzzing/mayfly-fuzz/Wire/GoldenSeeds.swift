/// The golden messages of MayflyWire's tests, out of the tests' source: encoded by `protoc`, with
/// every field set.
struct GoldenSeed {
    /// The Swift type.
    let type: String
    let bytes: [UInt8]

    static func all() throws -> [GoldenSeed] {
        let sources = try Repository.texts(
            in: "Tests/MayflyWireTests/Golden", startingWith: "GoldenMessage+")
        return sources.flatMap { source in
            // GoldenMessage("Name", TypeMessage.self, "hex", "hex")
            source.matches(of: /GoldenMessage\(\s*"\w+", (\w+)\.self,\s*([^)]*)\)/).map { match in
                let digits = match.2.filter(\.isHexDigit)
                return GoldenSeed(type: String(match.1), bytes: bytes(hex: digits))
            }
        }
    }

    private static func bytes(hex digits: String) -> [UInt8] {
        var rest = digits[...]
        var bytes: [UInt8] = []
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
