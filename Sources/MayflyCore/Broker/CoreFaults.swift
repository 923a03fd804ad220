/// Deliberate faults, so that the simulator and the models can prove that they would catch the real
/// thing. A release build has none of them: there each is a constant false.
package struct CoreFaults: Sendable {
    #if MAYFLY_FAULTS
        /// Validity looks at parents and not at holders.
        var forgetsHolder = false
        /// A renewal leaves the old token valid.
        var keepsOldToken = false
        var widensScope = false
        var widensLifetime = false
        /// A delegation gives uses away and keeps them.
        var copiesUses = false
        /// A restart forgets what the grants hang on.
        var forgetsBonds = false
        /// The end of a process or a connection spares the last of its grants.
        var sparesBound = false
        /// All uids have one share.
        var poolsShares = false

        package static let names = [
            "forget-holder", "keep-old-token", "widen-scope", "widen-lifetime", "copy-uses",
            "forget-bonds", "spare-bound", "pool-shares",
        ]

        package init(named name: String) {
            forgetsHolder = name == "forget-holder"
            keepsOldToken = name == "keep-old-token"
            widensScope = name == "widen-scope"
            widensLifetime = name == "widen-lifetime"
            copiesUses = name == "copy-uses"
            forgetsBonds = name == "forget-bonds"
            sparesBound = name == "spare-bound"
            poolsShares = name == "pool-shares"
        }
    #else
        var forgetsHolder: Bool { false }
        var keepsOldToken: Bool { false }
        var widensScope: Bool { false }
        var widensLifetime: Bool { false }
        var copiesUses: Bool { false }
        var forgetsBonds: Bool { false }
        var sparesBound: Bool { false }
        var poolsShares: Bool { false }
    #endif

    init() {}
    package static let none = CoreFaults()
}
