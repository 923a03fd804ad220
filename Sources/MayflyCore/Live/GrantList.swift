/// Lists through the grants themselves: a grant's children, what an agent holds, a task's grants.
/// They say what to sweep, in the order in which it came; whether anything is valid they do not say.
struct GrantList {
    var first: Slot = .none
    var last: Slot = .none

    var isEmpty: Bool { first.isNone }

    /// A grant's place in a list.
    struct Link {
        var next: Slot = .none
        var previous: Slot = .none
    }

    /// Which of a grant's places.
    enum Kind {
        case children
        case held
        case task
    }

    mutating func append(_ slot: Slot, _ kind: Kind, in grants: inout Slab<LiveGrant>) {
        grants[slot][kind] = Link(next: .none, previous: last)
        if last.isNone { first = slot } else { grants[last][kind].next = slot }
        last = slot
    }

    mutating func remove(_ slot: Slot, _ kind: Kind, in grants: inout Slab<LiveGrant>) {
        let link = grants[slot][kind]
        if link.previous.isNone {
            first = link.next
        } else {
            grants[link.previous][kind].next = link.next
        }
        if link.next.isNone {
            last = link.previous
        } else {
            grants[link.next][kind].previous = link.previous
        }
        grants[slot][kind] = Link()
    }
}
