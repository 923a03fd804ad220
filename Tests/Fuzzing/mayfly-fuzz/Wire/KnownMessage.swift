@testable internal import MayflyWire

/// A message type, and the way from bytes to bytes through it.
struct KnownMessage: Sendable {
    let name: String
    let schema: MessageSchema
    /// It passes over fields that mean nothing beside the others that it came with.
    let passesOver: Bool
    /// Decodes and encodes again; nil where the bytes are refused.
    let recode: @Sendable (UnsafeRawBufferPointer, MessageArena, ScanLimits) -> [UInt8]?

    init<Message: DecodableMessage & EncodableMessage & SendableMetatype>(
        _ type: Message.Type, passesOver: Bool = false
    ) {
        self.passesOver = passesOver
        let name = "\(type)"
        self.name = name
        schema = Message.schema
        recode = { bytes, arena, limits in
            do throws(DecodeFailure) {
                let message = try Message.decode(bytes, arena: arena, limits: limits)
                let encoded = message.encodedBytes()
                expect(encoded.count == message.encodedSize, "a message is as long as it counts")
                return encoded
            } catch {
                expect(error.kind != .tooLarge, "the scan bounds what a message takes: \(name)")
                return nil
            }
        }
    }

    /// Every type of the contract. An input names one by its place here: new ones go to the end.
    static let all: [KnownMessage] = [
        KnownMessage(AcceptTimeRequestMessage.self),
        KnownMessage(AcceptTimeResponseMessage.self),
        KnownMessage(AgentSpecMessage.self),
        KnownMessage(AppMessage.self),
        KnownMessage(AppResponseMessage.self),
        KnownMessage(AppsListGrantsRequestMessage.self),
        KnownMessage(AuthenticateRequestMessage.self),
        KnownMessage(AuthenticateResponseMessage.self),
        KnownMessage(ChallengeRequestMessage.self),
        KnownMessage(ChallengeResponseMessage.self),
        KnownMessage(CheckpointRequestMessage.self),
        KnownMessage(CheckpointResponseMessage.self),
        KnownMessage(CreateAppRequestMessage.self),
        KnownMessage(CreateLaunchTokenRequestMessage.self),
        KnownMessage(CreateLaunchTokenResponseMessage.self),
        KnownMessage(DelegateRequestMessage.self),
        KnownMessage(DescribeRequestMessage.self),
        KnownMessage(DescribeResponseMessage.self),
        KnownMessage(EventMessage.self),
        KnownMessage(GetAppRequestMessage.self),
        KnownMessage(GetKeysRequestMessage.self),
        KnownMessage(GetKeysResponseMessage.self),
        KnownMessage(GrantSummaryMessage.self, passesOver: true),
        KnownMessage(HeartbeatRequestMessage.self),
        KnownMessage(HeartbeatResponseMessage.self),
        KnownMessage(LiftRevocationRequestMessage.self),
        KnownMessage(LiftRevocationResponseMessage.self),
        KnownMessage(ListAppsRequestMessage.self),
        KnownMessage(ListAppsResponseMessage.self),
        KnownMessage(ListGrantsRequestMessage.self),
        KnownMessage(ListGrantsResponseMessage.self, passesOver: true),
        KnownMessage(ListRevocationsRequestMessage.self),
        KnownMessage(ListRevocationsResponseMessage.self),
        KnownMessage(MetricsRequestMessage.self),
        KnownMessage(MetricsResponseMessage.self),
        KnownMessage(OperatorCreateLaunchTokenRequestMessage.self),
        KnownMessage(ProvenRequestMessage.self),
        KnownMessage(PublicKeyMessage.self),
        KnownMessage(QueryEventsRequestMessage.self),
        KnownMessage(QueryEventsResponseMessage.self),
        KnownMessage(RegisterBodyMessage.self),
        KnownMessage(ReleaseBatchRequestMessage.self),
        KnownMessage(ReleaseBatchResponseMessage.self),
        KnownMessage(ReleaseRequestMessage.self),
        KnownMessage(ReleaseResponseMessage.self),
        KnownMessage(RemoveAppRequestMessage.self),
        KnownMessage(RemoveAppResponseMessage.self),
        KnownMessage(RenewBodyMessage.self),
        KnownMessage(RevocationRecordMessage.self),
        KnownMessage(RevokeRequestMessage.self),
        KnownMessage(RevokeResponseMessage.self),
        KnownMessage(RotateKeyRequestMessage.self),
        KnownMessage(RotateKeyResponseMessage.self),
        KnownMessage(SpawnBatchBodyMessage.self),
        KnownMessage(SpawnBatchRequestMessage.self),
        KnownMessage(SpawnBatchResponseMessage.self),
        KnownMessage(SpawnBodyMessage.self),
        KnownMessage(SpawnResponseMessage.self),
        KnownMessage(SpawnedAgentMessage.self),
        KnownMessage(StatusRequestMessage.self),
        KnownMessage(StatusResponseMessage.self),
        KnownMessage(UpdateAppRequestMessage.self, passesOver: true),
        KnownMessage(ValidateBatchRequestMessage.self),
        KnownMessage(ValidateBatchResponseMessage.self),
        KnownMessage(ValidateRequestMessage.self),
        KnownMessage(ValidateResponseMessage.self),
        KnownMessage(WatchRevocationsRequestMessage.self),
        KnownMessage(WatchRevocationsResponseMessage.self),
    ]
}
