/// Why bytes are not the message they should be. The answer is INVALID_ARGUMENT with the reason
/// MALFORMED_MESSAGE and this sentence; the connection goes on.
package struct DecodeFailure: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// The bytes end inside a field, or a length points past the end.
        case truncated
        /// A field number of zero or above 2^29-1, or a wire type that does not exist.
        case tagInvalid
        /// Groups are not part of proto3.
        case group
        /// A field of the contract with another wire type than its own.
        case wireTypeMismatch
        /// A varint with more bytes than its value needs, or more than 64 bits.
        case varintOverlong
        /// A number that does not fit its field's type.
        case numberOutOfRange
        /// A singular field, or a second member of a oneof, given twice.
        case duplicateField
        case embeddedNul
        case invalidUTF8
        case tooManyFields
        case tooManyElements
        case tooManyUnknownFields
        /// The message would take more memory than one message may.
        case tooLarge
    }

    package var kind: Kind
    /// The number of the field it was found at, in the message it was found in; 0 for none.
    package var field: UInt32

    init(_ kind: Kind, field: UInt32 = 0) {
        self.kind = kind
        self.field = field
    }

    package var sentence: String {
        let what =
            switch kind {
            case .truncated: "the message ends inside a field"
            case .tagInvalid: "a field tag is invalid"
            case .group: "groups are not part of proto3"
            case .wireTypeMismatch: "a field has another wire type than its own"
            case .varintOverlong: "a varint is longer than its value needs"
            case .numberOutOfRange: "a number does not fit its field"
            case .duplicateField: "a singular field is given twice"
            case .embeddedNul: "a string holds a NUL byte"
            case .invalidUTF8: "a string is not valid UTF-8"
            case .tooManyFields: "the message has too many fields"
            case .tooManyElements: "a message has too many repeated elements"
            case .tooManyUnknownFields: "the message has too many unknown fields"
            case .tooLarge: "the message would take too much memory"
            }
        return field == 0 ? what : "\(what) (field \(field))"
    }
}
