internal import MayflyCore

/// Who descends from whom. It asks for one process at a time, while all of them come and go.
struct Ancestry {
    /// Processes above one that are looked at. Who has more could be hiding an agent up there, and
    /// may speak for no app.
    static let maximumAncestors = 64
    /// Steps from a descendant up to the process that names it. Each costs two looks, and a peer may
    /// ask for many.
    static let maximumSteps = 16
    /// How often it is asked anew while the processes change under the question.
    private static let attempts = 4

    /// What runs under a pid now; nil for nothing, or nothing that may be seen.
    let look: (ProcessID) -> ProcessStatus?
    /// Called between the two looks at a line: for tests.
    var betweenLooks: () -> Void = {}

    /// Whether the process descends from `ancestor`. Both must be alive after the question, else
    /// the answer says nothing: each pid could have been another's meanwhile.
    ///
    /// The line is looked at twice. A process of the line that exits gives its children away, and
    /// its pid may come to be that of a descendant: the first look could go up by a parent that its
    /// child no longer had. If the second look finds every link as it was, each was there between
    /// the two, because no child gets a parent back.
    func isDescendant(_ pid: ProcessID, of ancestor: ProcessID) -> Bool {
        for _ in 0..<Self.attempts {
            guard let first = line(from: pid, to: ancestor) else { continue }
            betweenLooks()
            if ProcessFaults.current.skipsSecondLook { return true }
            if line(from: pid, to: ancestor) == first { return true }
        }
        return false
    }

    /// The process and all above it below `ancestor`; nil where that is none of its ancestors.
    private func line(from pid: ProcessID, to ancestor: ProcessID) -> [ProcessStatus]? {
        var line: [ProcessStatus] = []
        var next = pid
        while line.count < Self.maximumSteps {
            guard next.rawValue > 0, let status = look(next) else { return nil }
            line.append(status)
            if status.parent == ancestor { return line }
            next = status.parent
        }
        return nil
    }

    /// The pids above a process, its parent first, as far up as may be seen. Nil where there are
    /// too many, or where they change too fast to be told.
    func ancestors(of pid: ProcessID) -> [ProcessID]? {
        attempts: for _ in 0..<Self.attempts {
            guard var child = look(pid) else { return [] }
            var line: [ProcessID] = []
            while child.parent.rawValue > 0 {
                guard line.count < Self.maximumAncestors else { return nil }
                line.append(child.parent)
                guard let parent = look(child.parent) else {
                    // Gone, so that the child has another by now, or out of sight: /proc may be
                    // mounted to show other users' processes to nobody.
                    if look(child.pid)?.parent != child.parent { continue attempts }
                    return line
                }
                child = parent
            }
            return line
        }
        return nil
    }
}
