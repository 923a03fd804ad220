import Testing

@testable import MayflyCore

@Suite struct ValueTests {
    @Test(arguments: [0, 1, 31, 33, 64])
    func `a key is 32 bytes and nothing else`(count: Int) {
        #expect(Bytes32([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test func `the bytes of a key come back as they went in, from any alignment`() throws {
        let bytes = (0..<40).map { UInt8($0) }
        for start in 0...8 {
            let slice = Array(bytes[start..<(start + 32)])
            let value = try #require(
                bytes.withUnsafeBytes {
                    Bytes32(UnsafeRawBufferPointer(rebasing: $0[start..<(start + 32)]))
                })
            #expect(value.bytes == slice)
            #expect(value.withBytes { [UInt8]($0) } == slice)
            #expect(value == Bytes32(slice))
        }
        #expect(Bytes32.zero.bytes == [UInt8](repeating: 0, count: 32))
    }

    @Test func `keys that differ in any one bit differ, also in constant time`() throws {
        let base = PlainIssuance.key(1)
        #expect(base.equalsInConstantTime(PlainIssuance.key(1)))
        for bit in 0..<256 {
            var bytes = base.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let other = try #require(Bytes32(bytes))
            #expect(!base.equalsInConstantTime(other))
            #expect(base != other)
        }
    }

    @Test(arguments: [[], ["a:b:c"], ["read:data:*", "a:b:c", "a:b:c", "x:y:z:w"]])
    func `a text list keeps its words in the order given`(texts: [String]) throws {
        let scopes = try texts.map { try #require(Scope($0)) }
        let list = TextList(scopes)
        #expect(list.words.map { String(decoding: $0, as: UTF8.self) } == texts)
        #expect(list.isEmpty == texts.isEmpty)
        #expect(TextList(joined: list.joined) == list)
        #expect(TextList(words: texts.map { [UInt8]($0.utf8) }) == list)
    }

    @Test func `an instant is cut to whole seconds, never rounded up`() {
        #expect(Instant(milliseconds: 1_999).seconds == 1)
        #expect(Instant(milliseconds: 1_999).advanced(bySeconds: 2).milliseconds == 3_999)
    }
}
