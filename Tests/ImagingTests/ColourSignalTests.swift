import Foundation
import Testing

@testable import Imaging

@Suite("High dynamic range is refused, not shown flat and grey")
struct ColourSignalTests {
    private func png(transfer: UInt8, before: [UInt8] = []) throws -> [UInt8] {
        let chunk = before + pngChunk("cICP", [9, transfer, 0, 1])
        return HandmadeFiles.png(try Fixtures.bytes("16-bit.png"), adding: chunk)
    }

    @Test(
        "PNG",
        arguments: [(8, TransferFunction.linear), (16, .pq), (18, .hlg)] as [(UInt8, TransferFunction)])
    func png(code: UInt8, transfer: TransferFunction) throws {
        let other = pngChunk("gAMA", [0, 0, 0xB1, 0x8F])
        for file in [try png(transfer: code), try png(transfer: code, before: other)] {
            #expect(try pictureError(file) == .transfer(name: "in", format: "PNG", transfer: transfer))
        }
    }

    @Test(
        "A PNG that says it is sRGB or BT.709 is read as ever", arguments: [1, 2, 6, 13, 14, 15] as [UInt8])
    func ordinaryPNG(code: UInt8) throws {
        #expect(
            try Picture(data: png(transfer: code), name: "in")
                == Picture(contentsOf: Fixtures.url("16-bit.png")))
    }

    @Test("HEIC", arguments: [(16, TransferFunction.pq), (18, .hlg)])
    func heic(code: Int, transfer: TransferFunction) throws {
        let bytes = try Fixtures.bytes("quadrants.heic")
        let file = try HandmadeFiles.heic(bytes, adding: HandmadeFiles.nclx(transfer: code))
        #expect(try pictureError(file) == .transfer(name: "in", format: "HEIC", transfer: transfer))
        // AVIF is the same container, and says it in the same box.
        var avif = file
        avif.replaceSubrange(8..<12, with: Array("avif".utf8))
        #expect(try pictureError(avif) == .transfer(name: "in", format: "AVIF", transfer: transfer))
    }

    @Test("A HEIC that says it is sRGB or BT.709 is read as ever", arguments: [1, 2, 6, 13])
    func ordinaryHEIC(code: Int) throws {
        let bytes = try Fixtures.bytes("quadrants.heic")
        let file = try HandmadeFiles.heic(bytes, adding: HandmadeFiles.nclx(transfer: code))
        let picture = try Picture(data: file, name: "in")
        let difference = try #require(picture.largestDifference(from: Picture(data: bytes, name: "in")))
        #expect(difference <= 40)
    }

    @Test("Damaged boxes never crash")
    func damagedBoxes() throws {
        let bytes = try HandmadeFiles.heic(
            Fixtures.bytes("quadrants.heic"), adding: HandmadeFiles.nclx(transfer: 16))
        var state: UInt64 = 7
        for _ in 0..<20_000 {
            var damaged = Array(bytes[..<0x1C0])
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                damaged[Int(state >> 33) % damaged.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            damaged.withUnsafeBytes { _ = HEIFItem(ByteView(bytes: $0)) }
        }
    }
}
