/// What is to be looked through for grants that died with something else. Validity never waits for
/// it: a sweep only frees what the look-up already finds dead.
struct SweepQueue {
    enum Job {
        /// All live grants, from this place on.
        case everything(from: Int)
        /// These, left behind by an ancestor or a holder.
        case orphans([GrantID])
        /// What the record covers.
        case revocation(Serial)
        /// These records, which only had to last until all that they cover was swept.
        case finished([Serial])
    }

    /// Places that may be empty at the front before the rest moves up: where a large task ends, each
    /// of its grants may leave a job.
    private static let tolerated = 64

    private var jobs: [Job] = []
    /// Where the first is; what was before it has been taken.
    private var firstIndex = 0
    private var isEverythingQueued = false

    var isEmpty: Bool { firstIndex == jobs.count }

    mutating func append(_ job: Job) {
        if case .everything = job {
            // A pass that has not begun will see whatever this one is for.
            if isEverythingQueued { return }
            isEverythingQueued = true
        }
        jobs.append(job)
    }

    mutating func popFirst() -> Job? {
        guard !isEmpty else { return nil }
        let job = jobs[firstIndex]
        if case .everything = job { isEverythingQueued = false }
        jobs[firstIndex] = .orphans([])
        firstIndex += 1
        if isEmpty {
            jobs.removeAll(keepingCapacity: jobs.count <= Self.tolerated)
            firstIndex = 0
        } else if firstIndex >= Self.tolerated && firstIndex > jobs.count / 2 {
            jobs.removeSubrange(..<firstIndex)
            firstIndex = 0
        }
        return job
    }

    /// What is left of a job that was taken: it goes on before the others.
    mutating func putBack(_ job: Job) {
        if firstIndex > 0 {
            firstIndex -= 1
            jobs[firstIndex] = job
        } else {
            jobs.insert(job, at: 0)
        }
    }
}
