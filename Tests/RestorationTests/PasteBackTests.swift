import FaceAlignment
import Foundation
import Imaging
import Tensors
import Testing

@testable import Restoration

@Suite struct PasteBackTests {
    /// A region, the photograph with it, and another picture as the face.
    private func scene(block: Int, resized factor: Double = 1) throws -> (
        Picture, MosaicRegion, Picture, LocatedFace
    ) {
        let photo = DrawnPhoto.scene(width: 300, height: 280)
        var pixelated = DrawnPhoto.pixelated(photo, block: block, left: 3, top: 5) { x, y in
            (60..<240).contains(x) && (50..<230).contains(y)
        }
        if factor != 1 { pixelated = DrawnPhoto.resized(pixelated, by: factor) }
        let region = try #require(MosaicFinder().regions(in: pixelated).first)
        // Not so strong that blocks would have to go beyond black and white.
        var face = DrawnPhoto.scene(width: 1024, height: 1024, seed: 8)
        for i in face.pixels.indices { face.pixels[i] = face.pixels[i] / 2 + 64 }
        let place = LocatedFace(
            transform: PhotoTransform(
                centre: region.box.centre, size: 260 * factor, roll: 0.15, side: LocatedFace.side),
            origin: .region)
        return (pixelated, region, face, place)
    }

    @Test(arguments: [(12, 1.0), (15, 1.0), (20, 1.0), (15, 1.27)])
    func keepsTheBlocksMeansAndEverythingElse(block: Int, factor: Double) throws {
        let (photo, region, face, place) = try scene(block: block, resized: factor)
        var restored = photo
        var changed = [Bool](repeating: false, count: photo.width * photo.height)
        let cells = PasteBack(threads: 2)(
            face, at: place, into: &restored, region, smooth: photo, changed: &changed)
        let certificate = BlockCertificate(of: restored, [(region, cells)])
        #expect(certificate.isAccepted && certificate.blocks > 50, "\(certificate)")
        // Measured again, independently of what it says.
        var sum = 0.0
        let again = restored.pixelated(by: [region])
        var count = 0
        for i in changed.indices where changed[i] {
            for channel in 0..<3 {
                let difference = Double(again.pixels[3 * i + channel]) - Double(photo.pixels[3 * i + channel])
                sum += difference * difference
                count += 1
            }
        }
        #expect((sum / Double(count)).squareRoot() < (factor == 1 ? 1 : 4))
        for i in changed.indices where !changed[i] {
            #expect(restored.pixels[3 * i..<3 * i + 3] == photo.pixels[3 * i..<3 * i + 3])
        }
        #expect(restored != photo)
    }

    /// A face of the colour of its surroundings leaves no step at the edge of the mosaic.
    @Test func leavesNoSeam() throws {
        var photo = Picture.canvas(width: 240, height: 240, fill: (150, 120, 100))
        for i in photo.pixels.indices { photo.pixels[i] = UInt8(Int(photo.pixels[i]) + i / 3 % 240 / 8) }
        let cells = (4..<14).flatMap { row in (4..<14).map { MosaicCell(column: $0, row: row) } }
        let grid = MosaicGrid(width: 16, height: 16, left: 0, top: 0)
        var region = MosaicRegion(grid: grid, cells: cells, colours: [], deviation: 0, confidence: 1)
        let table = BlockTable(photo, grid)
        region.colours = cells.map { (table[$0]?.colour ?? SIMD3()) / 255 }
        // Darker by 30 levels than what is around it.
        let face = Picture.canvas(width: 1024, height: 1024, fill: (130, 100, 80))
        let place = LocatedFace(
            transform: PhotoTransform(centre: SIMD2(144, 144), size: 220, roll: 0, side: LocatedFace.side),
            origin: .region)
        var restored = photo
        var changed = [Bool](repeating: false, count: photo.width * photo.height)
        _ = PasteBack(threads: 1)(face, at: place, into: &restored, region, smooth: photo, changed: &changed)
        let edge = (80..<200).map { abs(Int(restored[64, $0].red) - Int(restored[63, $0].red)) }
        #expect(edge.max() ?? 99 <= 6, "\(edge)")
    }
}
