internal import MayflyCore
internal import Synchronization

/// A process whose exit the broker waits for: that of an agent, of who speaks for an app, of an
/// operator.
final class WatchedProcess: Sendable {
    /// Its place in the watch's table.
    let number: UInt64
    let process: InspectedProcess
    /// What grants hang on that are bound to it.
    let bond: Bond
    private let exited = Atomic(false)
    private let barred = Atomic(false)
    private let doubts = Atomic(0)
    private let resolved = Atomic(0)

    init(_ process: InspectedProcess, number: UInt64) {
        self.number = number
        self.process = process
        bond = process.bond
    }

    var identity: BoundProcess { process.identity }
    var descriptor: Int32 { process.handle.rawValue }

    /// Told by the watch's thread, before it ends what hangs on the process. Who grants something
    /// and finds this false afterwards can leave the end to the watch: it comes after.
    var hasExited: Bool { exited.load(ordering: .acquiring) }
    func markExited() { exited.store(true, ordering: .releasing) }

    /// A grant hangs on it, or on a process that it descends from: it has no role, whatever role
    /// it had.
    var isBarred: Bool { barred.load(ordering: .acquiring) }
    func bar() { barred.store(true, ordering: .releasing) }

    /// Whether it still descends from what has become an agent's is to be looked at: the number of
    /// the newest doubt, nil where all were resolved.
    var openDoubt: Int? {
        let newest = doubts.load(ordering: .acquiring)
        return newest == resolved.load(ordering: .acquiring) ? nil : newest
    }
    func doubt() { doubts.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    /// This one and those before it. Not a later one's, which may have come meanwhile.
    func resolve(_ doubt: Int) { resolved.store(doubt, ordering: .releasing) }
}

/// A connection as the watch knows it: its reactor's inbox, and its tag there.
struct DependentConnection: Hashable, Sendable {
    let inbox: ReactorInbox
    let tag: UInt64

    static func == (left: Self, right: Self) -> Bool {
        left.inbox === right.inbox && left.tag == right.tag
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(inbox))
        hasher.combine(tag)
    }
}
