import MayflyCrypto
import Testing

@Suite struct NumberTextTests {
    @Test func `every byte has its two hexadecimal digits and no others`() {
        let bytes = [UInt8](UInt8.min...UInt8.max)
        let text = Hex.encode(bytes)
        #expect(String(decoding: text, as: UTF8.self) == hex(bytes))
        var decoded = [UInt8](repeating: 0, count: 256)
        let isValid = text.withUnsafeBytes { text in
            decoded.withUnsafeMutableBytes { Hex.decode(text, into: $0) }
        }
        #expect(isValid)
        #expect(decoded == bytes)
    }

    @Test func `of all pairs of bytes exactly 256 are hexadecimal`() {
        var accepted = 0
        for high in UInt8.min...UInt8.max {
            for low in UInt8.min...UInt8.max {
                var byte: UInt8 = 0
                let isValid = [high, low].withUnsafeBytes { pair in
                    withUnsafeMutableBytes(of: &byte) { Hex.decode(pair, into: $0) }
                }
                guard isValid else { continue }
                accepted += 1
                #expect(Hex.encode([byte]) == [high, low])
            }
        }
        #expect(accepted == 256)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, UInt64(UInt32.max), .max - 1, .max])
    func `a number is written and read`(number: UInt64) {
        var text: [UInt8] = utf8("n=")
        DecimalText.append(number, to: &text)
        #expect(text == utf8("n=\(number)"))
        #expect(utf8("\(number)").withUnsafeBytes { DecimalText.parse($0) } == number)
    }

    @Test(arguments: [
        "", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "18446744073709551616",
        "99999999999999999999", "1\u{0}", "١",
    ])
    func `what is not the one text of a number is refused`(text: String) {
        #expect(utf8(text).withUnsafeBytes { DecimalText.parse($0) } == nil)
    }
}
