internal import CLinux
private import Glibc
internal import MayflyCrypto

/// A driver on a thread of its own, from its connections to its measurements.
final class DriverThread: @unchecked Sendable {
    // Unchecked: the driver and its share are the thread's own until it was joined.
    private let driver: Driver
    private let share: Share
    private let core: Int32?
    private let number: Int
    let gauge: Gauge
    private var thread = pthread_t()

    init(
        number: Int, plan: Plan, access: Access, control: Control
    ) throws(LoadFailure) {
        let part = plan.part(of: number)
        let share = try Share(plan: plan, part: part, attestation: access.attestation)
        var links: [Link] = []
        for place in 0..<part.connections {
            links.append(try access.connect(share, number: place * plan.threads + number))
        }
        self.share = share
        self.number = number
        core = plan.cores.isEmpty ? nil : plan.cores[number % plan.cores.count]
        gauge = Gauge()
        driver = try Driver(
            share: share, links: links, control: control, gauge: gauge, rate: part.rate,
            turnOffset: Double(number) / Double(plan.threads))
    }

    func start() throws(LoadFailure) {
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<DriverThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            throw .system("pthread_create", code: code)
        }
    }

    private func run() {
        clinux_name_thread("load-\(number)")
        if let core { _ = clinux_pin_to_core(core) }
        clinux_wake_precisely()
        // Others may load the same core: what they take must not show as the broker's.
        clinux_run_promptly()
        driver.run()
    }

    /// What the thread measured, once it has ended.
    struct Result {
        let recorder: Recorder
        let keysMadeLate: Int
        let failure: LoadFailure?
    }

    func join() -> Result {
        pthread_join(thread, nil)
        return Result(
            recorder: share.recorder, keysMadeLate: share.keys.madeLate, failure: driver.failure)
    }
}
