import Imaging
import Testing

@testable import Restoration

@Suite struct MosaicFinderTests {
    /// Block sizes, phases and extents of a rectangle: the grid to the pixel, the extent to the block.
    @Test(arguments: [(4, 1, 2), (7, 3, 0), (8, 0, 0), (12, 5, 11), (16, 9, 4), (23, 20, 1), (40, 0, 13)])
    func findsGridAndExtentOfARectangle(block: Int, left: Int, top: Int) throws {
        let side = max(160, 16 * block)
        let photo = DrawnPhoto.scene(width: side + 90, height: side + 40)
        let (columns, rows) = (3..<12, 2..<11)
        let pixelated = DrawnPhoto.pixelated(photo, block: block, left: left, top: top) { x, y in
            x >= left + columns.lowerBound * block && x < left + columns.upperBound * block
                && y >= top + rows.lowerBound * block && y < top + rows.upperBound * block
        }
        let regions = MosaicFinder().regions(in: pixelated)
        #expect(regions.count == 1)
        let region = try #require(regions.first)
        #expect(region.grid.width == Double(block) && region.grid.height == Double(block))
        let box = region.box
        #expect(abs(box.left - Double(left + columns.lowerBound * block)) <= Double(block))
        #expect(abs(box.right - Double(left + columns.upperBound * block)) <= Double(block))
        #expect(abs(box.top - Double(top + rows.lowerBound * block)) <= Double(block))
        #expect((box.left - Double(left)).remainder(dividingBy: Double(block)) == 0)
        #expect((box.top - Double(top)).remainder(dividingBy: Double(block)) == 0)
        #expect(region.confidence > 0.8)
        // Its colours are those of the picture.
        for (cell, colour) in zip(region.cells, region.colours) {
            let x = Int(region.grid.across.line(cell.column)) + block / 2
            let y = Int(region.grid.down.line(cell.row)) + block / 2
            guard x < pixelated.width, y < pixelated.height, region.parts[cell] == nil else { continue }
            #expect(abs(colour.x * 255 - Double(pixelated[x, y].red)) < 0.6)
        }
    }

    @Test func followsARoundEdge() throws {
        let photo = DrawnPhoto.scene(width: 300, height: 320, seed: 5)
        func inside(_ x: Int, _ y: Int) -> Bool {
            let (u, v) = ((Double(x) - 150) / 90, (Double(y) - 160) / 120)
            return u * u + v * v < 1
        }
        let pixelated = DrawnPhoto.pixelated(photo, block: 14, left: 4, top: 9, where: inside)
        let region = try #require(MosaicFinder().regions(in: pixelated).first)
        #expect(region.grid.width == 14)
        #expect(!region.parts.isEmpty)
        let smooth = SmoothPhoto(pixelated, [region])
        var (right, wrong, total) = (0, 0, 0)
        for y in 0..<320 {
            for x in 0..<300 {
                let isFound = smooth.regionOfPixel[y * 300 + x] >= 0
                if inside(x, y) { total += 1 }
                if isFound, inside(x, y) { right += 1 }
                if isFound, !inside(x, y) { wrong += 1 }
            }
        }
        #expect(Double(right) > 0.93 * Double(total), "\(right) of \(total)")
        #expect(Double(wrong) < 0.02 * Double(total), "\(wrong) of \(total)")
    }

    @Test(arguments: [0.8, 1.27, 1.5])
    func findsBlocksThatWereResized(factor: Double) throws {
        let photo = DrawnPhoto.scene(width: 360, height: 330, seed: 2)
        let pixelated = DrawnPhoto.pixelated(photo, block: 15, left: 2, top: 7) { x, y in
            (62..<287).contains(x) && (52..<292).contains(y)
        }
        let region = try #require(MosaicFinder().regions(in: DrawnPhoto.resized(pixelated, by: factor)).first)
        #expect(abs(region.grid.width - 15 * factor) < 0.02 * 15 * factor, "\(region.grid)")
        #expect(abs(region.grid.height - 15 * factor) < 0.02 * 15 * factor, "\(region.grid)")
    }

    @Test func seesNoneWhereThereIsNone() {
        let finder = MosaicFinder()
        for seed in 1...6 as ClosedRange<UInt64> {
            #expect(finder.regions(in: DrawnPhoto.scene(width: 400, height: 300, seed: seed)).isEmpty)
        }
        #expect(finder.regions(in: DrawnPhoto.bricks(width: 500, height: 400)).isEmpty)
        #expect(finder.regions(in: DrawnPhoto.windows(width: 500, height: 400)).isEmpty)
        #expect(finder.regions(in: Picture.canvas(width: 300, height: 200)).isEmpty)
        #expect(finder.regions(in: Picture.canvas(width: 3, height: 2)).isEmpty)
    }

    @Test func takesTheGridWhereSomebodyPoints() throws {
        let photo = DrawnPhoto.scene(width: 200, height: 200)
        let pixelated = DrawnPhoto.pixelated(photo, block: 20, left: 0, top: 0) { x, y in
            (60..<140).contains(x) && (60..<140).contains(y)
        }
        let region = try #require(
            MosaicFinder().region(
                in: pixelated, within: PixelRectangle(left: 60, top: 60, right: 140, bottom: 140)))
        #expect(region.grid.width == 20 && region.cells.count >= 12)
    }
}
