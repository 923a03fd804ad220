// mayfly-fuzz TARGET [libFuzzer's arguments] fuzzes one target; --write-seeds DIRECTORY writes what
// to begin from; --list names the targets. dev/fuzz.sh runs them all.
private import CFuzzer
private import Glibc

@main
enum MayflyFuzz {
    /// The one target of the process: libFuzzer's callback carries no context.
    nonisolated(unsafe) private static var target: (any FuzzTarget)?

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "--list":
            for target in FuzzTargets.all { print(target.name) }
        case "--write-seeds" where arguments.count == 2:
            try SeedWriter(path: arguments[arguments.startIndex + 1]).write()
        case let name?:
            guard let type = FuzzTargets.named(name) else { usage() }
            target = try type.init()
            exit(fuzz(type, Array(arguments.dropFirst())))
        case nil: usage()
        }
    }

    private static func usage() -> Never {
        print(
            "usage: mayfly-fuzz TARGET [arguments of libFuzzer] | --list | --write-seeds DIRECTORY")
        exit(64)
    }

    private static func fuzz(_ type: any FuzzTarget.Type, _ arguments: [String]) -> Int32 {
        let words = ["mayfly-fuzz", "-max_len=\(type.longestInput)"] + type.arguments + arguments
        var pointers = words.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        return pointers.withUnsafeMutableBufferPointer { pointers in
            var count = Int32(words.count)
            var base = pointers.baseAddress
            return LLVMFuzzerRunDriver(&count, &base) { MayflyFuzz.runOne($0, $1) }
        }
    }

    fileprivate static func runOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
        target?.run(UnsafeRawBufferPointer(start: data, count: size))
        return 0
    }
}

/// libFuzzer's own entry, which it links and nobody calls, asks for this name.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    MayflyFuzz.runOne(data, size)
}
