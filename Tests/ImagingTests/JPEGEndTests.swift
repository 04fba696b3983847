import Foundation
import Testing

@testable import Imaging

@Suite("JPEG files without their last bytes")
struct JPEGEndTests {
    private static let names = [
        "orientation-3.jpg", "progressive.jpg", "grey.jpg", "profile-wide.jpg", "cmyk.jpg",
    ]

    @Test("Without the marker at the end, every row is there", arguments: names)
    func withoutEnd(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        #expect(bytes.suffix(2) == [0xFF, 0xD9])
        let whole = try Picture(data: bytes, name: name)
        for missing in [1, 2] {
            #expect(try Picture(data: Array(bytes.dropLast(missing)), name: name) == whole)
        }
    }

    @Test("Cut earlier, it is cut short, and no grey picture", arguments: names)
    func cut(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        for missing in 8..<bytes.count - 3 {
            guard case .truncated = try pictureError(Array(bytes.dropLast(missing))) else {
                Issue.record("\(name) without \(missing) bytes")
                return
            }
        }
    }

    @Test("Cut between two scans, a progressive picture is cut short, not blurred")
    func betweenScans() throws {
        let bytes = try Fixtures.bytes("progressive.jpg")
        let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        #expect(scans.count > 2)
        for scan in scans.dropFirst() {
            // The tables that a scan needs stand before it.
            guard case .truncated = try pictureError(Array(bytes[..<scan])) else {
                Issue.record("cut at \(scan)")
                continue
            }
        }
    }
}
