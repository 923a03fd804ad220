/// What to do next: mostly to look, and where something just happened first.
extension Race {
    /// Of a hundred requests, those that change something.
    private static let changePercent = 30
    private static let batchPercent = 45
    private static let graveyardPercent = 4
    /// Looks at a family after its end before it is forgotten.
    private static let looksAfterEnd = 4
    /// Of a hundred steps, those at a grant that is dead already.
    private static let deadPercent = 8
    private static let maximumGrants = 8
    private static let maximumDepth: UInt8 = 3
    private static let hotLimit = 256
    static let steps = 4...24

    /// Makes as many requests as the pipeline allows.
    func fill(_ link: Link) {
        guard link.session != nil else { return }
        while link.callsUnderWay < plan.depth, link.hasRoom {
            guard choose(link) else { return }
        }
    }

    /// Something happened to it: it is looked at by whoever comes next.
    func heat(_ family: Family, looks: Int) {
        guard hot.count < Self.hotLimit else { return }
        for _ in 0..<looks { hot.append(family) }
    }

    /// One request; false where there is nothing to do.
    private func choose(_ link: Link) -> Bool {
        if let family = hot.popLast() {
            look(at: family, on: link)
            return true
        }
        let place = places[random.below(places.count)]
        guard let family = place.family else {
            if !place.isSpawning {
                spawn(at: place, on: link)
                return true
            }
            return lookElsewhere(link)
        }
        if !isTrying, family.isOver, family.changesUnderWay == 0,
            family.looksAfterEnd >= Self.looksAfterEnd
        {
            forget(family, at: place)
            spawn(at: place, on: link)
            return true
        }
        if isTrying {
            if !place.isRacing, family.changesUnderWay == 0 { startTrial(at: place, family) }
            return lookElsewhere(link)
        }
        if random.chance(percent: Self.changePercent) {
            change(family, on: link)
        } else if !graveyard.isEmpty, random.chance(percent: Self.graveyardPercent) {
            validate(graveyard.some(&random), on: link)
        } else {
            look(at: family, on: link)
        }
        return true
    }

    private func lookElsewhere(_ link: Link) -> Bool {
        guard let family = places[random.below(places.count)].family else { return false }
        look(at: family, on: link)
        return true
    }

    // MARK: Looking

    private func look(at family: Family, on link: Link) {
        guard !family.grants.isEmpty else { return }
        if family.isOver { family.looksAfterEnd += 1 }
        guard random.chance(percent: Self.batchPercent) else {
            let grant = family.grants[random.below(family.grants.count)]
            return validate(grant.tokens[random.below(grant.tokens.count)], on: link)
        }
        validate(family.grants.flatMap(\.tokens), on: link)
    }

    // MARK: Changing

    private func change(_ family: Family, on link: Link) {
        guard let grant = chooseGrant(of: family) else { return look(at: family, on: link) }
        if family.stepsLeft == 0 { return end(grant, on: link) }
        family.stepsLeft -= 1
        let choice = random.below(100)
        let mayDelegate =
            family.grants.count < Self.maximumGrants && grant.depth < Self.maximumDepth
        switch choice {
        case 0..<35 where mayDelegate:
            delegate(from: grant, to: chooseHolder(for: grant), on: link)
        case 0..<70:
            let token = grant.tokens[grant.tokens.count - 1]
            race(for: token, rivals: [1, 1, 2, 4][random.below(4)], at: nil)
        case 70..<80:
            // Now and then one that was superseded.
            race(for: grant.tokens[random.below(grant.tokens.count)], rivals: 1, at: nil)
        default:
            end(grant, on: link)
        }
    }

    private func chooseGrant(of family: Family) -> Grant? {
        if random.chance(percent: Self.deadPercent) {
            return family.grants[random.below(family.grants.count)]
        }
        let live = family.grants.filter { $0.deadSince == .never }
        return live.isEmpty ? nil : live[random.below(live.count)]
    }

    /// An agent of the same family, or now and then of another.
    private func chooseHolder(for grant: Grant) -> Grant {
        var family = grant.family
        if random.chance(percent: 25), let other = places[random.below(places.count)].family {
            family = other
        }
        let agents = family.grants.filter { $0.parent == nil && $0 !== grant.own }
        return agents.isEmpty ? grant.own : agents[random.below(agents.count)]
    }

    private func end(_ grant: Grant, on link: Link) {
        let way: Ending.Way
        switch random.below(100) {
        case 0..<25: way = .releaseToken
        case 25..<45: way = .releaseGrant
        case 45..<65: way = .revokeToken
        case 65..<80: way = .revokeAgent
        case 80..<92: way = .revokeChain
        default: way = .revokeTask
        }
        let token = grant.tokens[random.below(grant.tokens.count)]
        end(token, way, on: link)
    }

    // MARK: Trials

    /// A grant is renewed over and over, each time by rivals on connections of their own.
    private func startTrial(at place: Place, _ family: Family) {
        guard let token = family.grants.lazy.compactMap(\.current).first(where: \.isRaceable) else {
            // The answers that would tell its tokens were lost: another family takes the place.
            return forget(family, at: place)
        }
        race(for: token, rivals: random.within(Plan.rivals), at: place)
    }

    private func forget(_ family: Family, at place: Place) {
        for grant in family.grants {
            if let token = grant.tokens.last, grant.deadSince != .never { graveyard.bury(token) }
            if grant.parent == nil, grant.deadSince != .never { keys.giveBack(grant.key) }
        }
        family.dissolve()
        place.family = nil
    }
}
