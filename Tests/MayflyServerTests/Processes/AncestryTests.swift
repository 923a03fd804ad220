internal import MayflyCore
@testable internal import MayflyServer
import Testing

/// Processes that change while they are looked at: each look is told what there is then.
private final class Scene {
    private var parents: [UInt32: (parent: UInt32, start: UInt64)]
    private var changes: [(afterLook: Int, change: (Scene) -> Void)] = []
    private(set) var looks = 0

    init(_ parents: [UInt32: UInt32]) {
        self.parents = parents.mapValues { ($0, 100) }
    }

    func after(look: Int, _ change: @escaping (Scene) -> Void) {
        changes.append((look, change))
    }

    func exit(_ pid: UInt32, givingTo reaper: UInt32 = 1) {
        parents[pid] = nil
        for (child, value) in parents where value.parent == pid {
            parents[child] = (reaper, value.start)
        }
    }

    func start(_ pid: UInt32, under parent: UInt32) { parents[pid] = (parent, 200) }

    func look(_ pid: ProcessID) -> ProcessStatus? {
        let seen = parents[pid.rawValue].map {
            ProcessStatus(
                pid: pid, parent: ProcessID(rawValue: $0.parent), startTicks: $0.start)
        }
        looks += 1
        for (look, change) in changes where look == looks { change(self) }
        return seen
    }

    var ancestry: Ancestry { Ancestry(look: look) }

    func descends(_ pid: UInt32, from ancestor: UInt32) -> Bool {
        ancestry.isDescendant(ProcessID(rawValue: pid), of: ProcessID(rawValue: ancestor))
    }

    func ancestors(of pid: UInt32) -> [UInt32]? {
        ancestry.ancestors(of: ProcessID(rawValue: pid))?.map(\.rawValue)
    }
}

@Suite struct `Who descends from whom` {
    /// 1 ← 10 ← 20 ← 30, and 11 beside 10.
    private let family: [UInt32: UInt32] = [1: 0, 10: 1, 20: 10, 30: 20, 11: 1]

    @Test(arguments: [
        (30, 20, true), (30, 10, true), (20, 10, true), (10, 10, false), (10, 20, false),
        (30, 11, false), (11, 10, false), (1, 10, false), (99, 10, false), (30, 99, false),
        (30, 1, true), (1, 0, true),
    ])
    func `descent goes up any number of steps`(pid: UInt32, ancestor: UInt32, expected: Bool) {
        #expect(Scene(family).descends(pid, from: ancestor) == expected)
    }

    @Test func `sixteen steps up and sixty-four ancestors are looked at, no more`() {
        var line: [UInt32: UInt32] = [1: 0]
        for pid in 2...100 { line[UInt32(pid)] = UInt32(pid - 1) }
        let scene = Scene(line)
        #expect(scene.descends(66, from: 50))
        #expect(!scene.descends(67, from: 50))
        #expect(scene.ancestors(of: 65) == (1...64).reversed())
        #expect(scene.ancestors(of: 66) == nil)
    }

    /// The first look goes from 30 to 20; then 20 exits, and a new child of 11 gets its pid.
    @Test func `a parent's pid that is another's by the time it is looked at is no way up`() {
        let scene = Scene(family)
        scene.after(look: 1) {
            $0.exit(20)
            $0.start(20, under: 11)
        }
        #expect(!scene.descends(30, from: 11))
    }

    @Test func `a parent that exits between two looks leaves its child where it then belongs`() {
        let scene = Scene(family)
        // To 10, which adopts orphans: the answer is the same by another line.
        scene.after(look: 2) { $0.exit(20, givingTo: 10) }
        #expect(scene.descends(30, from: 10))
        let other = Scene(family)
        other.after(look: 2) { $0.exit(20) }
        #expect(!other.descends(30, from: 10))
    }

    @Test func `ancestors are told as they are once none of them changes`() {
        let scene = Scene(family)
        #expect(scene.ancestors(of: 30) == [20, 10, 1])
        #expect(scene.ancestors(of: 1) == [])
        #expect(scene.ancestors(of: 99) == [])
        let changing = Scene(family)
        changing.after(look: 1) { $0.exit(20, givingTo: 10) }
        #expect(changing.ancestors(of: 30) == [10, 1])
    }

    @Test func `what is above a process that may not be seen is not told`() {
        // As where /proc hides other users' processes.
        #expect(Scene([30: 20]).ancestors(of: 30) == [20])
    }
}
