/// What ends with a process or a connection.
extension Auditor {
    func endBound(_ tether: Tether, _ exchange: Exchange) -> Verdict {
        let bound = present.rows { $0.tether == tether }
        var count: UInt64 = 0
        for row in bound.prefix(settings.boundEnds) {
            let why = standing(row.grant.id, exchange.now).why
            if why == nil { count += 1 }
            end(row.grant, why ?? tether.why)
        }
        return Verdict(
            .unbound(count: count, more: bound.count > settings.boundEnds),
            restsOn: bound.isEmpty ? 0 : position)
    }

    /// Everything that a grant hangs on.
    var tethers: Set<Tether> { Set(present.rows.values.compactMap(\.grant.tether)) }
}
