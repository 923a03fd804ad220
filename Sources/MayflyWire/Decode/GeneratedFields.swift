internal import CMayflyProto
private import Glibc

// How the members of generated C structs read in Swift. Their strings have passed the scan: valid
// UTF-8 without a NUL inside, ended with one by the decoder.

typealias CText = UnsafeMutablePointer<CChar>

extension ByteView {
    init(_ text: CText?) {
        self.init(base: UnsafeRawPointer(text), count: text.map { strlen($0) } ?? 0)
    }

    init(_ data: ProtobufCBinaryData) {
        self.init(base: UnsafeRawPointer(data.data), count: data.data == nil ? 0 : data.len)
    }
}

extension String {
    init(_ text: CText?) { self = ByteView(text).text }
}

extension [UInt8] {
    init(_ text: CText?) { self = ByteView(text).bytes }
    init(_ data: ProtobufCBinaryData) { self = ByteView(data).bytes }
}

extension Array {
    /// The elements of a repeated field, each made from its C value.
    init<Value>(_ values: UnsafeMutablePointer<Value>?, _ count: Int, _ make: (Value) -> Element) {
        self = UnsafeBufferPointer(start: values, count: values == nil ? 0 : count).map(make)
    }
}

extension Array where Element: UnpackedMessage {
    /// The messages of a repeated field.
    init<Generated>(_ values: UnsafeMutablePointer<UnsafeMutablePointer<Generated>?>?, _ count: Int)
    {
        self = UnsafeBufferPointer(start: values, count: values == nil ? 0 : count)
            .compactMap { Element(ifPresent: $0) }
    }
}

extension UnpackedMessage {
    /// A nested message; nil where the field is not there.
    init?<Generated>(ifPresent pointer: UnsafeMutablePointer<Generated>?) {
        guard let pointer else { return nil }
        self.init(UnpackedPointer(pointer))
    }
}
