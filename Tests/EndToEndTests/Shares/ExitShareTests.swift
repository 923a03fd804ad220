internal import Glibc
internal import MayflyWire
import Testing

private let isPossible = RigTier.isPossible("exits of other users", OtherUser.impediment)

/// Whoever has much to end waits with it, and lets others by.
@Suite(.enabled(if: isPossible, "not run: only root can be someone else"))
struct `Fair shares of who ends what` {
    private func spawn(
        _ client: WireClient, task: String, boundTo process: SleepingProcess
    ) throws {
        let plan = AgentPlan(task: task)
        var spec = plan.message
        spec.binding = Scene.boundToProcess
        spec.pid = UInt32(process.pid)
        _ = try client.issued(.spawn, try client.spawnRequest(spec, key: plan.key))
    }

    @Test func `a process with many grants does not keep the end of another uid's waiting`() throws
    {
        let scene = try ShareScene()
        let crowd = try SleepingProcess()
        let quiet = try SleepingProcess()
        for _ in 0..<300 { try spawn(scene.witness, task: "crowd", boundTo: crowd) }
        try spawn(
            try scene.member(as: ShareScene.named), task: "quiet", boundTo: quiet)
        try scene.broker.freeze()
        crowd.end()
        quiet.end()
        scene.broker.thaw()
        #expect(try Deadline.poll(seconds: 10) { try scene.overseer.status().liveGrants == 0 })
        let ended = try scene.overseer.events(ofType: "grant_ended", limit: 1_000)
        let tasks = ended.sorted { $0.sequence < $1.sequence }.map(\.task)
        #expect(tasks.count == 301)
        let place = try #require(tasks.firstIndex(of: "quiet"))
        #expect(place < 300, "\(place): it came first or in between, and not last")
    }
}
