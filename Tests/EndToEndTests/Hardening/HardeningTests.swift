internal import Glibc
internal import MayflyWire
import Testing

/// What a running broker has given up, as the kernel says it.
@Suite struct `A hardened process` {
    private func broker(_ arguments: [String] = [], fault: String? = nil) throws -> BrokerProcess {
        var options = BrokerProcess.Options()
        options.arguments = arguments
        options.environment["MAYFLY_FAULT"] = fault
        let broker = try BrokerProcess.start(options)
        // Its sockets take connections a moment before it says so.
        #expect(Deadline.poll(seconds: 10) { broker.log.contains(" ready ") })
        return broker
    }

    /// A line of /proc/PID/status, or of one of its threads.
    private func field(_ name: String, of path: String) -> String? {
        let text = String(decoding: contents(ofFile: path), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
            .split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst().first.map(String.init)
    }

    private func threads(of broker: BrokerProcess) -> [String] {
        let path = "/proc/\(broker.brokerPid)/task"
        guard let entries = opendir(path) else { return [] }
        defer { closedir(entries) }
        var found: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if Int(name) != nil { found.append("\(path)/\(name)/status") }
        }
        return found
    }

    @Test func `every thread is filtered and gains no privileges`() throws {
        let broker = try broker()
        let threads = threads(of: broker)
        #expect(threads.count >= 4)
        for thread in threads {
            #expect(field("NoNewPrivs", of: thread) == "1", "\(thread)")
            #expect(field("Seccomp", of: thread) == "2", "\(thread)")
        }
    }

    @Test func `secrets are locked, and there is no core`() throws {
        let broker = try broker()
        let locked = try #require(field("VmLck", of: "/proc/\(broker.brokerPid)/status"))
        #expect(try #require(Int(locked)) >= 4)
        let limits = String(
            decoding: contents(ofFile: "/proc/\(broker.brokerPid)/limits"), as: UTF8.self)
        let core = try #require(
            limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").dropFirst(4).first == "1")
    }

    /// What belongs to a process that cannot be dumped is root's in /proc, whoever it runs as.
    @Test func `it cannot be looked into by its own user`() throws {
        let uid = OtherUser.uids[2]
        let words = ["setpriv", "--reuid", "\(uid)", "--clear-groups"]
        let impediment =
            OtherUser.impediment
            ?? (Tool.works("setpriv", words.dropFirst() + ["true"]) ? nil : "setpriv is missing")
        guard RigTier.isPossible("a broker of another user", impediment) else { return }
        for (argument, owner) in [("on", UInt32(0)), ("off", uid)] {
            let home = try BrokerProcess.Home()
            for path in ["", "/run", "/run/operator", "/data"] {
                mkdir(home.directory.path + path, 0o700)
                chown(home.directory.path + path, uid, 0)
            }
            var options = BrokerProcess.Options()
            options.prefix = words
            options.environment["HOME"] = home.path
            options.arguments = ["--hardening", argument]
            let broker = try BrokerProcess.start(options, home: home)
            var status = stat()
            #expect(stat("/proc/\(broker.brokerPid)/fd", &status) == 0)
            #expect(status.st_uid == owner, "hardening \(argument)")
            #expect(try broker.connectOperator().status().openDescriptors > 3)
        }
    }

    @Test(arguments: ["reach-outside", "write-outside", "reach-network", "start-process"])
    func `who takes it over reaches nothing outside`(fault: String) throws {
        let hardened = try broker(fault: fault)
        #expect(hardened.log.contains("denied") && !hardened.log.contains("reached"))
        #expect(try !hardened.connect().validate([]).valid, "and it serves as before")
        let soft = try broker(["--hardening", "off"], fault: fault)
        #expect(soft.log.contains("reached"), "the fault is a real one")
    }

    @Test func `who has it run a program ends it`() throws {
        var options = BrokerProcess.Options()
        options.environment["MAYFLY_FAULT"] = "run-program"
        let hardened = try BrokerProcess(launching: options, home: try BrokerProcess.Home())
        #expect(try hardened.waitForExit(seconds: 30) == .signal(SIGSYS))
        options.arguments = ["--hardening", "off"]
        let soft = try BrokerProcess(launching: options, home: try BrokerProcess.Home())
        #expect(try soft.waitForExit(seconds: 30) == .status(0), "it became the program")
    }
}
