/// Sockets that were already listening when the process started: the server uses them instead of
/// making its own, and removes neither them nor their paths.
package struct InheritedListeners: Equatable, Sendable {
    package var agentDescriptor: Int32?
    package var operatorDescriptor: Int32?

    package init(agentDescriptor: Int32? = nil, operatorDescriptor: Int32? = nil) {
        self.agentDescriptor = agentDescriptor
        self.operatorDescriptor = operatorDescriptor
    }
}
