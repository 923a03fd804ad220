internal import MayflyCore

/// What `/proc/PID/stat` says of a process, as far as the broker goes by it (proc_pid_stat(5)).
struct ProcessStatus: Equatable, Sendable {
    let pid: ProcessID
    /// 0 where it has none that the broker can see.
    let parent: ProcessID
    /// When it started: clock ticks since the machine did.
    let startTicks: UInt64

    /// Fields behind the program's name: state, parent, and so on up to the start time, the 22nd
    /// of all.
    private static let fieldsUpToStart = 20

    init(pid: ProcessID, parent: ProcessID, startTicks: UInt64) {
        self.pid = pid
        self.parent = parent
        self.startTicks = startTicks
    }

    /// Nil where the text is not of this form. The program's name is whatever the process calls
    /// itself, spaces, parentheses and line breaks included: it ends at the last parenthesis.
    init?(_ text: UnsafeRawBufferPointer) {
        guard let opening = text.firstIndex(of: UInt8(ascii: "(")), opening > 1,
            let closing = text.lastIndex(of: UInt8(ascii: ")")), closing > opening,
            text[opening - 1] == UInt8(ascii: " "),
            let pid = UInt32(decimal: text[..<(opening - 1)])
        else { return nil }
        let behind = text[(closing + 1)...]
        // A field is whole only with the space behind it: the text may have been cut off.
        let fields = behind.split(
            separator: UInt8(ascii: " "), maxSplits: Self.fieldsUpToStart,
            omittingEmptySubsequences: false)
        guard behind.first == UInt8(ascii: " "), fields.count == Self.fieldsUpToStart + 1,
            fields[1].count == 1
        else { return nil }
        let numbers = behind.dropFirst(3).split(
            separator: UInt8(ascii: " "), maxSplits: Self.fieldsUpToStart - 1,
            omittingEmptySubsequences: false)
        guard numbers.count == Self.fieldsUpToStart, let parent = UInt32(decimal: numbers[0]),
            let start = UInt64(decimal: numbers[Self.fieldsUpToStart - 2])
        else { return nil }
        self.init(
            pid: ProcessID(rawValue: pid), parent: ProcessID(rawValue: parent), startTicks: start)
    }
}

/// What the kernel says of the process behind a pidfd of ours: its `fdinfo`, which cannot speak of
/// another process that has the same pid by now.
struct PidfdFacts: Equatable, Sendable {
    /// Nil once it has been reaped, and for a process that the broker's namespace does not have.
    let pid: ProcessID?
    /// Pid namespaces from the broker's own down to the process's, both counted: 1 for its own.
    let namespaces: Int

    /// Nil where the text is not of a pidfd.
    init?(_ text: UnsafeRawBufferPointer) {
        var pid: Int64?
        var namespaces: Int?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: "\t"))
            guard let name = words.first else { continue }
            if name.elementsEqual("Pid:".utf8), words.count == 2 {
                pid = Int64(decimal: words[1]) ?? -1
            } else if name.elementsEqual("NSpid:".utf8) {
                namespaces = words.count - 1
            }
        }
        guard let pid else { return nil }
        self.pid = pid > 0 ? UInt32(exactly: pid).map { ProcessID(rawValue: $0) } : nil
        // A kernel without pid namespaces has no such line.
        self.namespaces = namespaces ?? 1
    }
}

extension FixedWidthInteger {
    /// Decimal digits and nothing else; nil also where the number does not fit.
    fileprivate init?(decimal digits: Slice<UnsafeRawBufferPointer>) {
        guard !digits.isEmpty else { return nil }
        var number: Self = 0
        for digit in digits {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit else { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(
                Self(truncatingIfNeeded: digit - UInt8(ascii: "0")))
            guard !isTooLarge, !isOver else { return nil }
            number = sum
        }
        self = number
    }
}
