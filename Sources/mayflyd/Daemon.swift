private import Glibc
internal import Logging
private import MayflyCrypto
internal import MayflyServer

/// One life of the broker's process: made fit, started, stopped.
struct Daemon {
    let configuration: DaemonConfiguration
    let environment: Environment

    /// Returns when the broker has ended, with the code that says how.
    func run() -> ExitStatus {
        let signals = TerminationSignals()
        ProcessLimits.forbidCoreFiles()
        // Files and sockets are the owner's only until someone says otherwise.
        umask(0o077)
        let logger = makeLogger()
        do {
            try serve(logger, signals)
            return .stopped
        } catch let failure as StartFailure {
            logger.critical("\(failure.description)")
            return failure.status
        } catch let failure as SystemFailure {
            logger.critical("\(failure.description)")
            return .cannotCreate
        } catch {
            logger.critical("\(error)")
            return .software
        }
    }

    private func serve(_ logger: Logger, _ signals: TerminationSignals) throws {
        let notification = ServiceNotification(environment: environment)
        try ProcessLimits.allowDescriptors(
            forConnections: configuration.server.maximumConnections)
        let dataDirectory = try DataDirectory.open(configuration.server.dataDirectory)
        let listeners = try SocketActivation.inherit(
            environment: environment, processID: getpid())
        try Server.prepareSocketDirectories(configuration.server, listeners)
        let hardening = Hardening(
            configuration: configuration, logger: logger,
            notifySocket: environment("NOTIFY_SOCKET"))
        hardening.beforeThreads()
        let secrets = try loadSecrets()
        if !secrets.isLocked {
            logger.warning("secrets may reach the swap: raise the limit of locked memory")
        }
        let server = try startServer(logger, secrets, listeners)
        hardening.beforeReady()
        logger.info(
            "ready",
            metadata: [
                "version": "\(mayflyVersion)", "issuer": "\(configuration.server.issuer)",
                "agent-socket": "\(configuration.server.agentSocketPath)",
                "operator-socket": "\(configuration.server.operatorSocketPath)",
            ])
        notification.ready()
        let signal = signals.wait()
        logger.info("stopping", metadata: ["signal": "\(signalName(signal))"])
        notification.stopping()
        signals.unblock()
        server.drain()
        logger.info("stopped")
        // The lock is given back last, when nothing of this process touches the data any more.
        _ = consume dataDirectory
    }

    private func makeLogger() -> Logger {
        let level = configuration.logLevel
        let format = configuration.logFormat
        return Logger(label: "mayflyd") { label in
            LineLogHandler(label: label, level: level, format: format, descriptor: STDERR_FILENO)
        }
    }
}
