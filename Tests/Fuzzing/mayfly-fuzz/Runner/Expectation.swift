private import Glibc

/// A finding where the condition does not hold: the fuzzer keeps the input.
///
/// Not a precondition, whose sentence an optimised build does not print.
func expect(
    _ condition: Bool, _ sentence: @autoclosure () -> String,
    file: StaticString = #fileID, line: Int = #line
) {
    guard !condition else { return }
    fail(sentence(), file: file, line: line)
}

func fail(_ sentence: String, file: StaticString = #fileID, line: Int = #line) -> Never {
    let text = "\(file):\(line): does not hold: \(sentence)\n"
    _ = text.utf8.withContiguousStorageIfAvailable {
        write(STDERR_FILENO, $0.baseAddress, $0.count)
    }
    abort()
}
