@testable import MayflyWire

extension GoldenMessage {
    /// Of apps.proto and grants.proto.
    static let apps: [GoldenMessage] = [
        GoldenMessage(
            "AuthenticateRequest", AuthenticateRequestMessage.self,
            "0a07637261776c6572120269641a06736563726574"),
        GoldenMessage(
            "AuthenticateResponse", AuthenticateResponseMessage.self,
            "0a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff12066d617966",
            "6c791a0c6578616d706c652e746573742207637261776c65722a0b726561643a646174613a2a2a05",
            "783a793a7a303c38901c40fbf0cc86a637"),
        GoldenMessage(
            "CreateLaunchTokenRequest", CreateLaunchTokenRequestMessage.self,
            "0a076e696768746c79120b726561643a646174613a2a1205783a793a7a18901c20ac02"),
        GoldenMessage(
            "CreateLaunchTokenResponse", CreateLaunchTokenResponseMessage.self,
            "0a0431613262109ee6fe8907"),
        GoldenMessage(
            "AppsListGrantsRequest", AppsListGrantsRequestMessage.self,
            "0a016f12017418e80722026332"),
        GoldenMessage(
            "AppsListGrantsResponse", AppsListGrantsResponseMessage.self,
            "0a7d0a02306612167370696666653a2f2f6d2f6167656e742f6f2f742f301a07637261776c657222",
            "05613a623a632205643a653a662880e6fe8907320230313a02303242016f4a0174500558d4e3fe89",
            "07608089848a0768077001780380010288010c9001019a010b68747470733a2f2f617069a2010861",
            "747465737465640a040a02303312026333"),
        GoldenMessage(
            "GrantSummary", GrantSummaryMessage.self,
            "0a02306612167370696666653a2f2f6d2f6167656e742f6f2f742f301a07637261776c6572220561",
            "3a623a632205643a653a662880e6fe8907320230313a02303242016f4a0174500558d4e3fe890760",
            "8089848a0768077001780380010288010c9001019a010b68747470733a2f2f617069a20108617474",
            "6573746564"),
        GoldenMessage(
            "GrantSummary", GrantSummaryMessage.self,
            "0a0230667001"),
    ]
}
