private import CLinux
private import Glibc

/// A thread of our own that ends by itself.
///
/// Not a `Task`: it blocks in system calls for as long as it lives.
enum BackgroundThread {
    /// Nil when it runs, else the error number. The name is what tools show, at most 15 bytes.
    static func start(name: StaticString, _ body: @escaping @Sendable () -> Void) -> Int32? {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                clinux_name_thread(body.name.utf8Start)
                body.run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            return code
        }
        pthread_detach(thread)
        return nil
    }

    private final class Body: Sendable {
        let name: StaticString
        let run: @Sendable () -> Void

        init(name: StaticString, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }
}
