internal import Glibc
internal import MayflyWire
internal import Testing

/// What grants hang on is looked at again before anyone is answered.
@Suite struct `Bound grants across a restart of the broker` {
    @Test(arguments: ["", "old-kernel"])
    func `one whose process still runs goes on, and ends with it`(fault: String) throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT"] = fault
        let scene = try Scene(options)
        let child = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        #expect(agent.claim("binding") == (fault.isEmpty ? "process" : "process-pid"))
        try scene.killAndRestart()
        #expect(try scene.overseer.validate(agent.token).valid)
        #expect(try scene.metric("mayfly_bound_processes") == "1")
        child.end()
        #expect(try scene.isSoonRefused(agent.token))
        #expect(try scene.endings(of: agent) == ["PROCESS_EXITED"])
    }

    @Test func `one whose process exited meanwhile has ended before the first answer`() throws {
        let scene = try Scene()
        let child = try SleepingProcess()
        let other = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        let goingOn = try scene.spawn(boundTo: other)
        scene.broker.kill9()
        child.end()
        try scene.startNext()
        #expect(try scene.validity(of: [agent, goingOn]) == [false, true])
        #expect(try scene.endings(of: agent) == ["PROCESS_EXITED"])
        #expect(try scene.overseer.status().liveGrants == 1)
    }

    @Test(.enabled(if: getuid() == 0, "choosing a pid needs root"))
    func `a process that has the pid meanwhile is another`() throws {
        let scene = try Scene()
        let child = try SleepingProcess()
        let agent = try scene.spawn(boundTo: child)
        scene.broker.kill9()
        child.end()
        let next = try SleepingProcess(wanted: child.pid)
        try scene.startNext()
        #expect(next.pid == child.pid)
        #expect(try !scene.overseer.validate(agent.token).valid)
    }

    @Test func `no connection outlives the broker, and nothing that hung on one`() throws {
        let scene = try Scene()
        let agent = try scene.spawn { $0.binding = Scene.boundToConnection }
        #expect(try scene.overseer.validate(agent.token).valid)
        try scene.killAndRestart()
        #expect(try !scene.overseer.validate(agent.token).valid)
        #expect(try scene.endings(of: agent) == ["CONNECTION_CLOSED"])
    }

    @Test func `a process counts in its uid's share after a restart as before`() throws {
        let scene = try Scene(
            BrokerProcess.Options(arguments: ["--max-bound-processes-per-uid", "2"]))
        let children = try (0..<3).map { _ in try SleepingProcess() }
        for child in children[..<2] { _ = try scene.spawn(boundTo: child) }
        try scene.killAndRestart()
        #expect(try scene.bindingWord(pid: UInt32(children[2].pid)) == "PROCESSES_EXHAUSTED")
        children[0].end()
        #expect(
            try Deadline.poll(seconds: 10) {
                try scene.bindingWord(pid: UInt32(children[2].pid)) == "OK"
            })
    }

    @Test func `an agent's process is one to the next broker too`() throws {
        let scene = try Scene()
        let directory = try TemporaryDirectory()
        let daemon = try BrokerProcess.executable
        // It becomes the operator's tool once it may go, and stays the same process.
        let pid = try BrokerProcess.spawn(
            [
                "/bin/sh", "-c", #"until [ -e "$0/go" ]; do sleep 0.02; done; exec "$1" status"#,
                directory.path, String(daemon.dropLast("mayflyd".count)) + "mayfly",
            ],
            ["MAYFLY_OPERATOR_SOCKET": scene.broker.home.operatorSocket],
            log: directory.path + "/log")
        let process = try SleepingProcess(pid)
        _ = try scene.spawn(boundTo: process)
        try scene.killAndRestart()
        try Programs.write("", to: directory.path + "/go")
        #expect(
            try Deadline.poll(seconds: 10) {
                try scene.overseer.events(ofType: "request_refused").contains {
                    $0.reason == "BOUND_AGENT" && $0.pid == UInt32(pid)
                }
            })
    }
}
