internal import MayflyCore
internal import MayflyWire

/// What a grant is to hang on, as it was asked for.
enum BindingWish: Equatable {
    case none
    /// 0 where none was named.
    case process(ProcessID)
    case connection

    init(_ message: AgentSpecMessage) throws(Refusal) {
        switch message.binding {
        case 0, 1: self = .none
        case 2: self = .process(ProcessID(rawValue: message.pid))
        case 3: self = .connection
        default:
            throw Refusal(
                .bindingUnsupported, "A grant is bound to a process, to a connection or to none.")
        }
        if message.pid != 0, message.binding != 2 {
            throw Refusal(.bindingUnsupported, "A pid goes with BINDING_PROCESS only.")
        }
    }
}
