internal import ArgumentParser
internal import MayflyClient

/// A heartbeat policy as an argument: `none`, `flag:30s`, `end:2m`.
struct HeartbeatArgument: ExpressibleByArgument {
    let policy: HeartbeatPolicy

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        if parts == ["none"] {
            policy = .none
            return
        }
        guard parts.count == 2, let seconds = Lifetime.seconds(String(parts[1])), seconds > 0
        else { return nil }
        switch parts[0] {
        case "flag": policy = .flag(interval: .seconds(seconds))
        case "end": policy = .end(interval: .seconds(seconds))
        default: return nil
        }
    }

    static func word(_ policy: HeartbeatPolicy) -> String {
        switch policy {
        case .none: "none"
        case .flag: "flag"
        case .end: "end"
        }
    }

    /// 0 where nothing is awaited.
    static func seconds(_ policy: HeartbeatPolicy) -> UInt64 {
        switch policy {
        case .none: 0
        case .flag(let interval), .end(let interval):
            UInt64(clamping: interval.components.seconds)
        }
    }

    /// As the argument has it.
    static func text(_ policy: HeartbeatPolicy) -> String {
        let interval = Lifetime.text(seconds: UInt32(clamping: seconds(policy)))
        return policy == .none ? "none" : "\(word(policy)):\(interval)"
    }
}
