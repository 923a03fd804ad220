// The vector files that other projects publish; where they lie is said by MAYFLY_TEST_VECTORS.
import Foundation
import Testing

enum VectorFiles {
    static let notRun: Comment = "not run: MAYFLY_TEST_VECTORS is not set"

    static var folder: String? {
        ProcessInfo.processInfo.environment["MAYFLY_TEST_VECTORS"].flatMap {
            $0.isEmpty ? nil : $0
        }
    }

    /// One of the files; the test fails where it is missing or has another shape.
    static func read<Vectors: Decodable>(_ name: String, as type: Vectors.Type) throws -> Vectors {
        let folder = try #require(folder)
        let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
        return try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}
