@testable import MayflyWire

extension GoldenMessage {
    /// Of agents.proto.
    static let agents: [GoldenMessage] = [
        GoldenMessage(
            "AgentSpec", AgentSpecMessage.self,
            "0a066f7263682d3112067461736b2e321a14726561643a646174613a637573746f6d65722d311a0c",
            "77726974653a646174613a2a220b68747470733a2f2f6170692a200102030405060708090a0b0c0d",
            "0e0f101112131415161718191a1b1c1d1e1fff30ac023880a3054001488080800250035801"),
        GoldenMessage(
            "SpawnBody", SpawnBodyMessage.self,
            "08ffffffffffffffffff0112750a066f7263682d3112067461736b2e321a14726561643a64617461",
            "3a637573746f6d65722d311a0c77726974653a646174613a2a220b68747470733a2f2f6170692a20",
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff30ac023880a30540",
            "01488080800250035801"),
        GoldenMessage(
            "SpawnRequest", SpawnRequestMessage.self,
            "0a02080112400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            "SpawnedAgent", SpawnedAgentMessage.self,
            "0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f303031313232333334343535",
            "363637371218614756685a4756792e63474635624739685a412e63326c6e1a203030313132323333",
            "3434353536363737383839396161626263636464656566662080e6fe8907"),
        GoldenMessage(
            "SpawnResponse", SpawnResponseMessage.self,
            "0a6e0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f30303131323233333434",
            "3535363637371218614756685a4756792e63474635624739685a412e63326c6e1a20303031313232",
            "33333434353536363737383839396161626263636464656566662080e6fe8907"),
        GoldenMessage(
            "SpawnBatchBody", SpawnBatchBodyMessage.self,
            "080212750a066f7263682d3112067461736b2e321a14726561643a646174613a637573746f6d6572",
            "2d311a0c77726974653a646174613a2a220b68747470733a2f2f6170692a20010203040506070809",
            "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff30ac023880a30540014880808002500358",
            "011200122f0a016f1201741a05613a623a632a200102030405060708090a0b0c0d0e0f1011121314",
            "15161718191a1b1c1d1e1fff"),
        GoldenMessage(
            "SpawnBatchRequest", SpawnBatchRequestMessage.self,
            "0a02080112400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff1a200102030405060708",
            "090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            "SpawnBatchResponse", SpawnBatchResponseMessage.self,
            "0a6e0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f30303131323233333434",
            "3535363637371218614756685a4756792e63474635624739685a412e63326c6e1a20303031313232",
            "33333434353536363737383839396161626263636464656566662080e6fe89070a03120178"),
        GoldenMessage("ChallengeRequest", ChallengeRequestMessage.self),
        GoldenMessage(
            "ChallengeResponse", ChallengeResponseMessage.self,
            "0a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff101e1a066d61",
            "79666c79220c6578616d706c652e7465737428fbf7cc86a637"),
        GoldenMessage(
            "RegisterBody", RegisterBodyMessage.self,
            "08031204316132621a2f0a016f1201741a05613a623a632a200102030405060708090a0b0c0d0e0f",
            "101112131415161718191a1b1c1d1e1fff2001"),
        GoldenMessage(
            "RegisterRequest", RegisterRequestMessage.self,
            "0a02080312400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            "RegisterResponse", RegisterResponseMessage.self,
            "0a6e0a2a7370696666653a2f2f6d6179666c792f6167656e742f6f2f742f30303131323233333434",
            "3535363637371218614756685a4756792e63474635624739685a412e63326c6e1a20303031313232",
            "33333434353536363737383839396161626263636464656566662080e6fe8907"),
        GoldenMessage(
            "DescribeRequest", DescribeRequestMessage.self,
            "0a167370696666653a2f2f6d2f6167656e742f6f2f742f30"),
        GoldenMessage(
            "DescribeResponse", DescribeResponseMessage.self,
            "0a167370696666653a2f2f6d2f6167656e742f6f2f742f3012200102030405060708090a0b0c0d0e",
            "0f101112131415161718191a1b1c1d1e1fff1a0230662080e6fe89072a0465794a39308089848a07"),
        GoldenMessage(
            "ValidateRequest", ValidateRequestMessage.self,
            "0a05612e622e6310011a05613a623a631a0022036175642801"),
        GoldenMessage(
            "ValidateResponse", ValidateResponseMessage.self,
            "0801120c7b22737562223a22c3a9227d1880e6fe89072002"),
        GoldenMessage(
            "ValidateBatchRequest", ValidateBatchRequestMessage.self,
            "0a070a05612e622e630a000a090a05642e652e661001"),
        GoldenMessage(
            "ValidateBatchResponse", ValidateBatchResponseMessage.self,
            "0a08080112027b7d18010a00"),
        GoldenMessage(
            "RenewBody", RenewBodyMessage.self,
            "08ac021205612e622e631a100102030405060708090a0b0c0d0e0fff2205613a623a63220028ffff",
            "ffff0f"),
        GoldenMessage(
            "RenewRequest", RenewRequestMessage.self,
            "0a02080412400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff0102",
            "030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"),
        GoldenMessage(
            "RenewResponse", RenewResponseMessage.self,
            "0a071205612e622e63"),
        GoldenMessage(
            "ReleaseRequest", ReleaseRequestMessage.self,
            "0a05612e622e63"),
        GoldenMessage(
            "ReleaseRequest", ReleaseRequestMessage.self,
            "1200"),
        GoldenMessage(
            "ReleaseResponse", ReleaseResponseMessage.self,
            "0801"),
        GoldenMessage(
            "ReleaseBatchRequest", ReleaseBatchRequestMessage.self,
            "0a070a05612e622e630a061204303066660a00"),
        GoldenMessage(
            "ReleaseBatchResponse", ReleaseBatchResponseMessage.self,
            "0a03010001"),
        GoldenMessage(
            "DelegateRequest", DelegateRequestMessage.self,
            "0a05612e622e631205642e652e661801"),
        GoldenMessage(
            "DelegateResponse", DelegateResponseMessage.self,
            "0a041a023066"),
        GoldenMessage(
            "HeartbeatRequest", HeartbeatRequestMessage.self,
            "0a05612e622e631003"),
        GoldenMessage(
            "HeartbeatResponse", HeartbeatResponseMessage.self,
            "0880e6fe8907"),
    ]
}
