import MayflyCrypto
import Testing

@Suite struct AttackTests {
    static let tables: [(name: String, attacks: [Attack])] = [
        ("headers", HeaderAttacks.all), ("claims", ClaimAttacks.all), ("hops", HopAttacks.all),
        ("chains", ChainAttacks.all),
    ]

    @Test(arguments: tables.indices)
    func `every attack of a table is refused for what it is`(table: Int) throws {
        for attack in Self.tables[table].attacks {
            let refusal = try refusal(attack.token)
            #expect(refusal == attack.refusal, "\(Self.tables[table].name): \(attack.name)")
        }
    }

    @Test func `no two of them are the same, and they are as many as they were`() {
        let attacks = Self.tables.flatMap(\.attacks)
        #expect(Self.tables.map(\.attacks.count) == [252, 292, 941, 296])
        for (token, same) in Dictionary(grouping: attacks, by: \.token) where same.count > 1 {
            Issue.record("the same \(token.count) bytes: \(same.map(\.name))")
        }
    }
}
