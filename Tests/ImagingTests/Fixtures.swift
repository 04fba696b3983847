import Foundation
import Testing

@testable import Imaging

/// The committed pictures, and what Tools/goldens/imaging.py says that they show.
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    static func url(_ name: String) -> URL { folder.appending(path: "Fixtures/\(name)") }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    static let expected: Expected = {
        do {
            let data = try Data(contentsOf: folder.appending(path: "Goldens/expected.json"))
            return try JSONDecoder().decode(Expected.self, from: data)
        } catch {
            fatalError("Goldens/expected.json: \(error)")
        }
    }()

    struct Expected: Decodable {
        struct Shown: Decodable {
            var width: Int
            var height: Int
            var pixels: String
        }
        var files: [String: String]
        var pictures: [String: Shown]

        func picture(of file: String) throws -> Picture {
            let key = try #require(files[file])
            let shown = try #require(pictures[key])
            let digits = Array(shown.pixels.utf8).map { Int($0 < 58 ? $0 - 48 : $0 - 87) }
            let pixels = stride(from: 0, to: digits.count, by: 2).map {
                UInt8(digits[$0] * 16 + digits[$0 + 1])
            }
            return Picture(width: shown.width, height: shown.height, pixels: pixels)
        }
    }

    /// A fresh empty folder, removed after `body`.
    static func withTemporaryFolder<R>(_ body: (URL) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "imaging-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}

extension Picture {
    /// Largest difference of any channel; nil where the extents differ.
    func largestDifference(from other: Picture) -> Int? {
        guard width == other.width, height == other.height else { return nil }
        return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max()
    }

    /// A picture of many colours made from integers.
    static func formula(width: Int, height: Int) -> Picture {
        let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        return Picture(width: width, height: height, pixels: pixels)
    }
}
