internal import MayflyCore

/// What is wrong with a process that a grant is to hang on, or that asks for a role.
extension Refusal {
    static func processNotFound(_ pid: ProcessID) -> Refusal {
        Refusal(
            .processNotFound,
            "No process \(pid.rawValue) is running; give the pid of a process, not of a thread, "
                + "that has not exited.")
    }

    static var peerExited: Refusal {
        Refusal(
            .processNotFound,
            "The process that made this connection has exited; connect from the one that asks.")
    }

    static func processNotDescendant(_ pid: ProcessID) -> Refusal {
        Refusal(
            .processNotDescendant,
            "Process \(pid.rawValue) does not descend, in at most \(Ancestry.maximumSteps) steps, "
                + "from the one that made this connection; an agent binds its own process with "
                + "Agents.Register.")
    }

    static var notOwnProcess: Refusal {
        Refusal(
            .processNotDescendant,
            "A registration binds the process that made the connection: leave pid out.")
    }

    static var processNamespaceForeign: Refusal {
        Refusal(
            .processNamespaceForeign,
            "Both processes must be of the broker's own pid namespace.")
    }

    static var boundAgent: Refusal {
        Refusal(
            .boundAgent,
            "This process, or one that it descends from, is bound to an agent's grant: it speaks "
                + "for no app and is no operator.")
    }

    static var ancestryUnclear: Refusal {
        Refusal(
            .boundAgent,
            "More than \(Ancestry.maximumAncestors) processes stand above this one, so that it cannot "
                + "be told from an agent's.")
    }

    static func processesExhausted(_ limit: ShareLimit) -> Refusal {
        Refusal(
            .processesExhausted,
            "Grants hang on as many processes as may be; wait until some have exited.",
            limit: limit)
    }

    static var descriptorsExhausted: Refusal {
        Refusal(
            .processesExhausted, "The broker has no descriptor left to watch a process with.",
            limit: .boundProcesses)
    }

    static var bindingUnsupported: Refusal {
        Refusal(
            .bindingUnsupported,
            "The broker cannot watch processes here: it needs pidfds and a /proc of its own pid "
                + "namespace.")
    }
}
