@testable import MayflyWire

extension GoldenMessage {
    /// Of trust.proto.
    static let trust: [GoldenMessage] = [
        GoldenMessage("GetKeysRequest", GetKeysRequestMessage.self),
        GoldenMessage(
            "PublicKey", PublicKeyMessage.self,
            "080112036b69641a200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "ff2001280232056d2b302b6b"),
        GoldenMessage(
            "GetKeysResponse", GetKeysResponseMessage.self,
            "0a066d6179666c79122b080112036b69641a200102030405060708090a0b0c0d0e0f101112131415",
            "161718191a1b1c1d1e1fff200512020802"),
        GoldenMessage(
            "WatchRevocationsRequest", WatchRevocationsRequestMessage.self,
            "08ffffffffffffffffff01"),
        GoldenMessage(
            "WatchRevocationsResponse", WatchRevocationsResponseMessage.self,
            "080c12200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff12001880",
            "e6fe890720012801"),
    ]
}
