internal import Glibc

/// Connections of other users, which only root can make.
enum OtherUser {
    static let uids: [UInt32] = [60_001, 60_002, 60_003]

    static var impediment: String? {
        geteuid() == 0 ? nil : "only root can be someone else"
    }

    /// A number is all that glibc's call would set for every thread of the process; the kernel's
    /// sets it for this one.
    private typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int

    /// setresuid(2)'s, which glibc has behind a macro of a macro.
    #if arch(x86_64)
        private static let number = 117
    #else
        private static let number = 147
    #endif

    private static func become(_ uid: Int) throws {
        guard let symbol = dlsym(nil, "syscall") else { throw SystemError("finding syscall") }
        let call = unsafeBitCast(symbol, to: SystemCall.self)
        guard call(number, -1, uid, -1) == 0 else { throw SystemError("setresuid") }
    }

    /// The kernel notes who connects at that moment; afterwards the connection is anyone's to use.
    static func connect(_ uid: UInt32, to broker: BrokerProcess) throws -> WireClient {
        try become(Int(uid))
        let client = Result { try broker.connect() }
        try become(0)
        return try client.get()
    }
}

extension BrokerProcess {
    /// Starts a broker whose agents' socket root's group may reach, whatever the uid.
    static func startForOthers(_ options: Options) throws -> BrokerProcess {
        let broker = try start(options)
        for path in [broker.home.directory.path, broker.home.directory.path + "/run"] {
            guard chmod(path, 0o750) == 0 else { throw SystemError("opening \(path)") }
        }
        return broker
    }
}
