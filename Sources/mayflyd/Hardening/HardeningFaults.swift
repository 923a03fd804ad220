#if MAYFLY_FAULTS
    private import Glibc
    internal import Logging

    /// A broker that was taken over: what MAYFLY_FAULT names is tried once all is hardened, so that
    /// a test sees it fail, and succeed where nothing is hardened. Not in a release build.
    enum HardeningFaults {
        static func breakOut(_ logger: Logger) {
            guard let fault = getenv("MAYFLY_FAULT") else { return }
            switch String(cString: fault) {
            case "reach-outside": tell("a file outside", open("/etc/passwd", O_RDONLY), logger)
            case "write-outside":
                tell(
                    "a file outside", open("/tmp/mayfly-outside", O_WRONLY | O_CREAT, 0o600), logger
                )
                unlink("/tmp/mayfly-outside")
            case "reach-network":
                tell("a network", socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), logger)
            case "start-process":
                var arguments = [strdup("/bin/true"), nil]
                var pid: pid_t = 0
                let code = posix_spawn(&pid, "/bin/true", nil, nil, &arguments, environ)
                logger.warning("fault: a process: \(code == 0 ? "reached" : "denied")")
            case "run-program":
                var arguments = [strdup("/bin/true"), nil]
                execv("/bin/true", &arguments)
                logger.warning("fault: a program: denied")
            default: return
            }
        }

        private static func tell(_ what: String, _ descriptor: Int32, _ logger: Logger) {
            logger.warning("fault: \(what): \(descriptor >= 0 ? "reached" : "denied")")
            close(descriptor)
        }
    }
#endif
