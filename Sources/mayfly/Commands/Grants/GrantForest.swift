internal import MayflyClient

/// Live grants by who delegated to whom.
struct GrantForest {
    private let roots: [Grant]
    private let children: [String: [Grant]]

    /// In the order given; a grant whose parent is not among them stands at the top.
    init(_ grants: [Grant]) {
        let known = Set(grants.map(\.id))
        func parent(of grant: Grant) -> String? {
            grant.parentID.flatMap { known.contains($0) ? $0 : nil }
        }
        roots = grants.filter { parent(of: $0) == nil }
        children = Dictionary(grouping: grants.filter { parent(of: $0) != nil }) {
            parent(of: $0) ?? ""
        }
    }

    // MARK: JSON

    var json: [JSON] { roots.map(json) }

    /// No deeper than a chain of delegations can be.
    private func json(_ grant: Grant) -> JSON {
        .object(
            GrantText.members(grant) + [
                ("delegated", .list((children[grant.id] ?? []).map(json)))
            ])
    }

    // MARK: Text

    /// Trees one below the other, each under the work it belongs to.
    var text: String {
        var text = ""
        var heading = ""
        for root in roots {
            let work = "\(root.orchestration)/\(root.task)"
            if work != heading { text += "\(printable(work))\n" }
            heading = work
            let isLast = root.id == roots.last { $0.orchestration == root.orchestration }?.id
            draw(root, before: "", isLast: isLast, into: &text)
        }
        return text
    }

    private func draw(_ grant: Grant, before: String, isLast: Bool, into text: inout String) {
        let below = children[grant.id] ?? []
        text += before + (isLast ? "└─ " : "├─ ") + printable(grant.agentID) + "\n"
        let rest = before + (isLast ? "   " : "│  ")
        let details = rest + (below.isEmpty ? "     " : "│    ")
        text += details + printable(grant.scope.joined(separator: " ")) + "\n"
        text += details + "until \(grant.expiresAt), \(GrantText.state(grant))\n"
        for child in below {
            draw(child, before: rest, isLast: child.id == below.last?.id, into: &text)
        }
    }
}
