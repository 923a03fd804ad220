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
    }

    private var jobs: [Job] = []
    private var isEverythingQueued = false

    var isEmpty: Bool { jobs.isEmpty }
    var first: Job? { jobs.first }

    mutating func append(_ job: Job) {
        if case .everything = job {
            // A pass that has not begun will see whatever this one is for.
            if isEverythingQueued { return }
            isEverythingQueued = true
        }
        jobs.append(job)
    }

    /// The first job goes on with what is left of it.
    mutating func replaceFirst(with job: Job) {
        if case .everything = job { isEverythingQueued = false }
        jobs[0] = job
    }

    mutating func removeFirst() {
        if case .everything = jobs.removeFirst() { isEverythingQueued = false }
    }
}
