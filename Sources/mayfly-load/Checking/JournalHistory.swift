private import Glibc

/// What a journal says about each grant.
struct JournalHistory {
    struct Record {
        var token: [UInt8]?
        var releaseBegan = false
        /// A release was acknowledged as having ended it, or a validation found it dead.
        var isEnded = false

        /// Nil where the broker was free to decide: a release was begun and never answered.
        var mustBeLive: Bool? {
            if isEnded { return false }
            return releaseBegan ? nil : true
        }
    }

    private(set) var records: [GrantText: Record] = [:]
    /// Answers that contradict each other before any recovery is looked at.
    private(set) var contradictions: [String] = []

    /// Reads a file; a last line without its end was never acknowledged.
    mutating func read(_ path: String) throws(LoadFailure) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .system(path) }
        defer { close(file) }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var rest: [UInt8] = []
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count >= 0 else { throw .system(path) }
            guard count > 0 else { return }
            rest += chunk[..<count]
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                take(rest[start..<end])
                start = end + 1
            }
            rest.removeFirst(start)
        }
    }

    mutating func take(_ line: ArraySlice<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count >= 2, let grant = GrantText(Array(words[1])) else { return }
        var record = records[grant] ?? Record()
        func contradict(_ what: String) {
            contradictions.append("\(String(decoding: words[1], as: UTF8.self)): \(what)")
        }
        switch String(decoding: words[0], as: UTF8.self) {
        case "spawned": record.token = words.count > 2 ? Array(words[2]) : nil
        case "releasing": record.releaseBegan = true
        case "released":
            if words.last == [UInt8(ascii: "0")] { contradict("released while live, not ended") }
            record.isEnded = true
        case "valid":
            if record.isEnded { contradict("valid after its release was acknowledged") }
        case "invalid":
            if !record.releaseBegan { contradict("invalid before any release") }
            record.isEnded = true
        default: return
        }
        records[grant] = record
    }

    /// What began later than this journal is no longer certain.
    mutating func forgetWhatBegan(in later: JournalHistory) {
        for (grant, record) in later.records
        where record.releaseBegan && records[grant]?.isEnded == false {
            records[grant]?.releaseBegan = true
        }
    }
}
