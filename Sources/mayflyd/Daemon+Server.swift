internal import Logging
internal import MayflyCrypto
internal import MayflyServer

/// The server as the process sees it: it was started, and it can be drained.
struct RunningServer {
    /// Finishes what was begun, makes it durable, closes every connection.
    func drain() {}
}

extension Daemon {
    /// Everything between the process and the rooms is this one call.
    func startServer(_ logger: Logger, _ secrets: KeyFile, _ listeners: InheritedListeners) throws
        -> RunningServer
    {
        RunningServer()
    }
}
