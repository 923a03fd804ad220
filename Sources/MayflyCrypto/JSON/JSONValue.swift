/// A JSON text as `JSONReader` reads it. Texts and numbers stay bytes: no text is ever compared by
/// Unicode equivalence, no number ever passes through a floating point.
package enum JSONValue: Equatable, Sendable {
    case object([JSONMember])
    case array([JSONValue])
    /// What stands between the quotes; it has no escapes.
    case text([UInt8])
    /// As written.
    case number([UInt8])
    case boolean(Bool)
    case null

    /// The value of a member of an object; nil where there is none, and where this is no object.
    package subscript(name: StaticString) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { member in
            member.name.elementsEqual(
                UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }?.value
    }

    package var text: [UInt8]? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// A whole number from 0 that fits, written without fraction or exponent; nil for any other.
    package var wholeNumber: UInt64? {
        guard case .number(let text) = self else { return nil }
        return text.withUnsafeBytes { DecimalText.parse($0) }
    }

    /// The texts of an array that has nothing else in it.
    package var texts: [[UInt8]]? {
        guard case .array(let values) = self else { return nil }
        var texts: [[UInt8]] = []
        for value in values {
            guard let text = value.text else { return nil }
            texts.append(text)
        }
        return texts
    }
}

package struct JSONMember: Equatable, Sendable {
    package let name: [UInt8]
    package let value: JSONValue

    package init(name: [UInt8], value: JSONValue) {
        self.name = name
        self.value = value
    }
}
