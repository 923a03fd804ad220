import Testing

@testable import MayflyWire

/// One message of each type with every field set, as `protoc --encode` writes it: bytes that no code
/// of this project made.
struct GoldenMessage: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Decodes and encodes again.
    let recode: @Sendable ([UInt8], MessageArena) throws(DecodeFailure) -> [UInt8]

    var testDescription: String { name }

    private init<Message: DecodableMessage & EncodableMessage>(
        _ type: Message.Type, _ lines: String...
    ) {
        name = "\(type)"
        bytes = Hex.bytes(lines.joined())
        recode = { (bytes, arena) throws(DecodeFailure) in
            // Views may point into the bytes, so the message is encoded before they go.
            let result = bytes.withUnsafeBytes { buffer -> Result<[UInt8], DecodeFailure> in
                do throws(DecodeFailure) {
                    let message = try Message.decode(buffer, arena: arena, limits: .response)
                    return .success(message.encodedBytes())
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }
    }

    static let all: [GoldenMessage] = [
        GoldenMessage(
            AgentSpecMessage.self,
            "0a066f7263682d3112067461736b2e321a14726561643a646174613a637573746f6d65722d311a0c",
            "77726974653a646174613a2a220b68747470733a2f2f6170692a200102030405060708090a0b0c0d",
            "0e0f101112131415161718191a1b1c1d1e1fff30ac023880a3054001488080800250035801"),
        GoldenMessage(
            SpawnBodyMessage.self,
            "08ffffffffffffffffff0112750a066f7263682d3112067461736b2e321a14726561643a64617461",
            "3a637573746f6d65722d311a0c77726974653a646174613a2a220b68747470733a2f2f6170692a20",
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff30ac023880a30540",
            "01488080800250035801"),
        GoldenMessage(
            SpawnRequestMessage.self,
            "0a02080112400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            SpawnBatchBodyMessage.self,
            "080212750a066f7263682d3112067461736b2e321a14726561643a646174613a637573746f6d6572",
            "2d311a0c77726974653a646174613a2a220b68747470733a2f2f6170692a20010203040506070809",
            "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff30ac023880a30540014880808002500358",
            "011200122f0a016f1201741a05613a623a632a200102030405060708090a0b0c0d0e0f1011121314",
            "15161718191a1b1c1d1e1fff"),
        GoldenMessage(
            SpawnBatchRequestMessage.self,
            "0a02080112400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff1a200102030405060708",
            "090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            SpawnedAgentMessage.self,
            "0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f303031313232333334343535",
            "363637371218614756685a4756792e63474635624739685a412e63326c6e1a203030313132323333",
            "3434353536363737383839396161626263636464656566662080e6fe8907"),
        GoldenMessage(
            SpawnResponseMessage.self,
            "0a6e0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f30303131323233333434",
            "3535363637371218614756685a4756792e63474635624739685a412e63326c6e1a20303031313232",
            "33333434353536363737383839396161626263636464656566662080e6fe8907"),
        GoldenMessage(
            SpawnBatchResponseMessage.self,
            "0a6e0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f30303131323233333434",
            "3535363637371218614756685a4756792e63474635624739685a412e63326c6e1a20303031313232",
            "33333434353536363737383839396161626263636464656566662080e6fe89070a03120178"),
        GoldenMessage(
            ValidateRequestMessage.self,
            "0a05612e622e6310011a05613a623a631a0022036175642801"),
        GoldenMessage(
            ValidateResponseMessage.self,
            "0801120c7b22737562223a22c3a9227d1880e6fe8907"),
        GoldenMessage(
            ValidateBatchRequestMessage.self,
            "0a070a05612e622e630a000a090a05642e652e661001"),
        GoldenMessage(
            ValidateBatchResponseMessage.self,
            "0a08080112027b7d18010a00"),
        GoldenMessage(
            ReleaseRequestMessage.self,
            "0a05612e622e63"),
        GoldenMessage(
            ReleaseRequestMessage.self,
            "1200"),
        GoldenMessage(
            ReleaseResponseMessage.self,
            "0801"),
        GoldenMessage(
            ReleaseBatchRequestMessage.self,
            "0a070a05612e622e630a061204303066660a00"),
        GoldenMessage(
            ReleaseBatchResponseMessage.self,
            "0a03010001"),
        GoldenMessage(
            AuthenticateRequestMessage.self,
            "0a07637261776c6572120269641a06736563726574"),
        GoldenMessage(
            AuthenticateResponseMessage.self,
            "0a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff12066d617966",
            "6c791a0c6578616d706c652e746573742207637261776c65722a0b726561643a646174613a2a2a05",
            "783a793a7a303c38901c40fbf0cc86a637"),
        GoldenMessage(GetKeysRequestMessage.self),
        GoldenMessage(
            PublicKeyMessage.self,
            "080112036b69641a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "ff2001280232056d2b302b6b"),
        GoldenMessage(
            GetKeysResponseMessage.self,
            "0a066d6179666c79122b080112036b69641a200102030405060708090a0b0c0d0e0f101112131415",
            "161718191a1b1c1d1e1fff200512020802"),
        GoldenMessage(
            AppMessage.self,
            "0a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a0800e8",
            "07ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
            "1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe8907"),
        GoldenMessage(
            CreateAppRequestMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe8907"),
        GoldenMessage(
            CreateAppResponseMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe8907"),
        GoldenMessage(
            GetAppResponseMessage.self,
            "0a030a0161"),
        GoldenMessage(
            UpdateAppResponseMessage.self,
            "0a00"),
        GoldenMessage(ListAppsRequestMessage.self),
        GoldenMessage(
            ListAppsResponseMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe89070a030a0162"),
        GoldenMessage(
            GetAppRequestMessage.self,
            "0a07637261776c6572"),
        GoldenMessage(
            UpdateAppRequestMessage.self,
            "0a07637261776c657210011a05613a623a6320012a0301ac02300140014a20010203040506070809",
            "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff5001580260016801"),
        GoldenMessage(
            UpdateAppRequestMessage.self,
            "0a07637261776c65726001"),
        GoldenMessage(
            RemoveAppRequestMessage.self,
            "0a07637261776c6572"),
        GoldenMessage(
            RemoveAppResponseMessage.self,
            "082a"),
        GoldenMessage(
            QueryEventsRequestMessage.self,
            "0a01611201741a016f2207637261776c65722a0d6167656e745f737061776e6564320664656e6965",
            "643801400248035004580160e807"),
        GoldenMessage(
            EventMessage.self,
            "080310fbf0cc86a6371a0d6167656e745f737061776e65642207737563636573733207637261776c",
            "65723a016f4201744a167370696666653a2f2f6d2f6167656e742f6f2f742f30520230305a023131",
            "6205613a623a636205643a653a6668e807704d8201026f6b"),
        GoldenMessage(
            QueryEventsResponseMessage.self,
            "0a68080310fbf0cc86a6371a0d6167656e745f737061776e65642207737563636573733207637261",
            "776c65723a016f4201744a167370696666653a2f2f6d2f6167656e742f6f2f742f30520230305a02",
            "31316205613a623a636205643a653a6668e807704d8201026f6b0a2c1a0f726571756573745f7265",
            "6675736564220664656e6965642a0f53434f50455f56494f4c4154494f4e780c10091801200a"),
        GoldenMessage(CheckpointRequestMessage.self),
        GoldenMessage(
            CheckpointResponseMessage.self,
            "0a0e6d6179666c790a330a726f6f740a"),
        GoldenMessage(StatusRequestMessage.self),
        GoldenMessage(
            StatusResponseMessage.self,
            "0a05302e312e3012066d6179666c791a016d200128023003380440054806500758086009680a700b",
            "780c80010d88010e90010f980110a00111a80112b00113b80114"),
    ]
}
