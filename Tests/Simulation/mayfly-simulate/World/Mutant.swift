internal import MayflyCore
internal import MayflyStore

/// A broker with one deliberate fault, which the auditor has to find.
enum Mutant: String, CaseIterable {
    case none
    case forgetHolder = "forget-holder"
    case keepOldToken = "keep-old-token"
    case widenScope = "widen-scope"
    case widenLifetime = "widen-lifetime"
    case copyUses = "copy-uses"
    case forgetBonds = "forget-bonds"
    case spareBound = "spare-bound"
    case poolShares = "pool-shares"
    case acknowledgeBeforeCommit = "acknowledge-before-commit"
    case synchronousOff = "synchronous-off"

    #if MAYFLY_FAULTS
        var coreFaults: CoreFaults { CoreFaults(named: rawValue) }
        var storeFaults: StoreFaults {
            self == .synchronousOff ? StoreFaults(named: rawValue) : .none
        }
    #else
        var coreFaults: CoreFaults { .none }
        var storeFaults: StoreFaults { .none }
    #endif
}
