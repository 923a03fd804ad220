internal import Glibc

/// One descriptor that is kept for the moment at which the process has no other left: given up, it
/// lets a connection be accepted and closed, so that whoever waits in the backlog is told, instead of
/// waiting for a place that others hold.
struct SpareDescriptor: ~Copyable {
    private var descriptor: Descriptor?

    init() { take() }

    /// Makes sure that there is one; false where the process has none left even for that.
    @discardableResult
    mutating func take() -> Bool {
        if descriptor == nil {
            descriptor = Descriptor(owning: fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3))
        }
        return descriptor != nil
    }

    /// Leaves its place to `body`, and takes one again when that is done.
    mutating func lend(_ body: () -> Void) -> Bool {
        guard take() else { return false }
        descriptor = nil
        body()
        return take()
    }
}
