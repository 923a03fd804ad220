@testable import MayflyWire

extension GoldenMessage {
    /// Of operator.proto.
    static let `operator`: [GoldenMessage] = [
        GoldenMessage(
            "App", AppMessage.self,
            "0a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a0800e8",
            "07ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c",
            "1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe89076203632d3168037080a3057801"),
        GoldenMessage(
            "CreateAppRequest", CreateAppRequestMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe89071001"),
        GoldenMessage(
            "CreateAppResponse", CreateAppResponseMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe89071206356563376537"),
        GoldenMessage("ListAppsRequest", ListAppsRequestMessage.self),
        GoldenMessage(
            "ListAppsResponse", ListAppsResponseMessage.self,
            "0a690a07637261776c6572120b726561643a646174613a2a120c77726974653a646174613a781a08",
            "00e807ffffffff0f22026f312a200102030405060708090a0b0c0d0e0f101112131415161718191a",
            "1b1c1d1e1fff303c38901c4001480750b5b8f0fe2d5880e6fe89070a030a0162"),
        GoldenMessage(
            "GetAppRequest", GetAppRequestMessage.self,
            "0a07637261776c6572"),
        GoldenMessage(
            "GetAppResponse", GetAppResponseMessage.self,
            "0a030a0161"),
        GoldenMessage(
            "UpdateAppRequest", UpdateAppRequestMessage.self,
            "0a07637261776c657210011a05613a623a6320012a0301ac02300140014a20010203040506070809",
            "0a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff50015802600168017001780280011e8801",
            "01900101980101"),
        GoldenMessage(
            "UpdateAppRequest", UpdateAppRequestMessage.self,
            "0a07637261776c65726001"),
        GoldenMessage(
            "UpdateAppRequest", UpdateAppRequestMessage.self,
            "0a07637261776c65727001880101980102"),
        GoldenMessage(
            "UpdateAppResponse", UpdateAppResponseMessage.self,
            "0a001206356563376537"),
        GoldenMessage(
            "RemoveAppRequest", RemoveAppRequestMessage.self,
            "0a07637261776c6572"),
        GoldenMessage(
            "RemoveAppResponse", RemoveAppResponseMessage.self,
            "082a"),
        GoldenMessage(
            "OperatorCreateLaunchTokenRequest", OperatorCreateLaunchTokenRequestMessage.self,
            "0a07637261776c657212076e696768746c791a0b726561643a646174613a2a20901c28ac02"),
        GoldenMessage(
            "OperatorCreateLaunchTokenResponse", OperatorCreateLaunchTokenResponseMessage.self,
            "0a0431613262109ee6fe8907"),
        GoldenMessage(
            "RevokeRequest", RevokeRequestMessage.self,
            "08041201741a016f2001"),
        GoldenMessage(
            "RevokeResponse", RevokeResponseMessage.self,
            "08a08d061009188089848a07"),
        GoldenMessage(
            "RevocationRecord", RevocationRecordMessage.self,
            "08091201741a016f20012880e6fe8907308089848a07"),
        GoldenMessage("ListRevocationsRequest", ListRevocationsRequestMessage.self),
        GoldenMessage(
            "ListRevocationsResponse", ListRevocationsResponseMessage.self,
            "0a1608091201741a016f20012880e6fe8907308089848a070a05080a120175"),
        GoldenMessage(
            "LiftRevocationRequest", LiftRevocationRequestMessage.self,
            "0809"),
        GoldenMessage("LiftRevocationResponse", LiftRevocationResponseMessage.self),
        GoldenMessage("AcceptTimeRequest", AcceptTimeRequestMessage.self),
        GoldenMessage(
            "AcceptTimeResponse", AcceptTimeResponseMessage.self,
            "0880a3a4feffffffffff0110fbf7cc86a637"),
        GoldenMessage(
            "ListGrantsRequest", ListGrantsRequestMessage.self,
            "0a07637261776c657212016f1a017420e8072a026332"),
        GoldenMessage(
            "ListGrantsResponse", ListGrantsResponseMessage.self,
            "0a7d0a02306612167370696666653a2f2f6d2f6167656e742f6f2f742f301a07637261776c657222",
            "05613a623a632205643a653a662880e6fe8907320230313a02303242016f4a0174500558d4e3fe89",
            "07608089848a0768077001780380010288010c9001019a010b68747470733a2f2f617069a2010861",
            "747465737465640a0012026333"),
        GoldenMessage(
            "QueryEventsRequest", QueryEventsRequestMessage.self,
            "0a01611201741a016f2207637261776c65722a0d6167656e745f737061776e6564320664656e6965",
            "643801400248035004580160e807"),
        GoldenMessage(
            "Event", EventMessage.self,
            "080310fbf0cc86a6371a0d6167656e745f737061776e65642207737563636573733207637261776c",
            "65723a016f4201744a167370696666653a2f2f6d2f6167656e742f6f2f742f30520230305a023131",
            "6205613a623a636205643a653a6668e807704d8201026f6b8a010230669001059a01026334a20102",
            "3130"),
        GoldenMessage(
            "QueryEventsResponse", QueryEventsResponseMessage.self,
            "0a68080310fbf0cc86a6371a0d6167656e745f737061776e65642207737563636573733207637261",
            "776c65723a016f4201744a167370696666653a2f2f6d2f6167656e742f6f2f742f30520230305a02",
            "31316205613a623a636205643a653a6668e807704d8201026f6b0a2c1a0f726571756573745f7265",
            "6675736564220664656e6965642a0f53434f50455f56494f4c4154494f4e780c10091801200a"),
        GoldenMessage("CheckpointRequest", CheckpointRequestMessage.self),
        GoldenMessage(
            "CheckpointResponse", CheckpointResponseMessage.self,
            "0a0e6d6179666c790a330a726f6f740a"),
        GoldenMessage(
            "RotateKeyRequest", RotateKeyRequestMessage.self,
            "0801"),
        GoldenMessage(
            "RotateKeyResponse", RotateKeyResponseMessage.self,
            "0a29080112036b69641a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d",
            "1e1fff"),
        GoldenMessage("StatusRequest", StatusRequestMessage.self),
        GoldenMessage(
            "StatusResponse", StatusResponseMessage.self,
            "0a05302e312e3012066d6179666c791a016d200128023003380440054806500758086009680a700b",
            "780c80010d88010e90010f980110a00111a80112b00102b80180808002c001f7d8ffffffffffffff",
            "01c80101d0011ad8011be0011ce8011df0011ef8011f8002ffffffffffffffffff01"),
        GoldenMessage("MetricsRequest", MetricsRequestMessage.self),
        GoldenMessage(
            "MetricsResponse", MetricsResponseMessage.self,
            "0a176d6179666c795f737061776e65645f746f74616c20310a"),
    ]
}
