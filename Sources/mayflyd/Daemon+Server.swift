private import Glibc
internal import Logging
internal import MayflyCrypto
internal import MayflyServer

extension Daemon {
    /// Everything between the process and the rooms is this one call.
    func startServer(
        _ logger: Logger, _ secrets: KeyFile, _ listeners: InheritedListeners
    ) throws(StartFailure) -> Server {
        do {
            return try Server(
                configuration.server, keys: secrets,
                keyStorage: KeyFileOnDisk(path: configuration.keyFilePath), listeners: listeners,
                logger: logger
            ) { failure in
                // Nothing may run after this line: not a drain, which would acknowledge, nor an
                // exit handler, which could wait for a lock that this thread holds.
                logger.critical(
                    "the storage failed; nothing was acknowledged after it",
                    metadata: ["cause": "\(failure)"])
                _exit(ExitStatus.storageFailed.rawValue)
            }
        } catch {
            throw StartFailure(ExitStatus(ofStartFailure: error), "\(error)")
        }
    }
}
