import Imaging
import Testing

@testable import FaceAlignment

@Suite struct GeometryTests {
    @Test func theSquareOfAnUprightFace() throws {
        // Eyes 100 apart, mouth 100 below: 2 × 100 outdoes 1.8 × 100; centred a tenth of the way down.
        let square = try FaceSquare(landmarks: landmarks(centre: [300, 240], scale: 100))
        #expect(square.centre == [300, 210])
        #expect(square.axis == [200, 0])
        #expect(square.side == 400)
        #expect(square.corners == [[100, 10], [100, 410], [500, 410], [500, 10]])
        #expect(square.bounds == PixelBox(left: 100, top: 10, right: 500, bottom: 410))
    }

    @Test func aLongFaceIsMeasuredFromEyesToMouth() throws {
        var points = landmarks(centre: [0, 0], scale: 100)
        points[48] = [-40, 160]
        points[54] = [40, 160]
        let square = try FaceSquare(landmarks: points)
        #expect(square.side == 2 * 1.8 * 200)
        #expect(square.centre == [0, -20])
    }

    @Test func theSquareTurnsWithTheFace() throws {
        let upright = try FaceSquare(landmarks: landmarks(centre: [300, 240], scale: 100))
        let turned = try FaceSquare(
            landmarks: landmarks(centre: [300, 240], scale: 100).map { [-$0[1], $0[0]] })
        #expect(turned.centre == [-upright.centre.y, upright.centre.x])
        #expect(turned.axis == [-upright.axis.y, upright.axis.x])
        #expect(turned.corners == upright.corners.map { [-$0.y, $0.x] })
    }

    @Test func aFaceWithoutDirectionIsRefused() {
        // Eyes exchanged and the mouth as far to the side as its height asks: the two directions cancel out.
        var points = landmarks(centre: [0, 0], scale: 100)
        for index in 36..<42 { points[index] = [50, 0] }
        for index in 42..<48 { points[index] = [-50, 0] }
        points[48] = [0, 100]
        points[54] = [0, 100]
        #expect(throws: LandmarkFault.tooSmall(side: 400)) { try FaceSquare(landmarks: points) }
    }

    @Test func reflectionDoesNotRepeatTheEdgeAndGoesOnForever() {
        let row = Picture(width: 3, height: 1, pixels: [1, 1, 1, 2, 2, 2, 3, 3, 3])
        let padded = row.reflected(by: Margin(left: 5, top: 0, right: 4, bottom: 2))
        let expected: [UInt8] = [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3]
        #expect(padded.width == 12 && padded.height == 3)
        for y in 0..<3 { #expect((0..<12).map { padded[$0, y].green } == expected) }
    }

    @Test func fadingLeavesTheInsideAndEndsInTheMedian() throws {
        let margin = Margin(left: 30, top: 30, right: 30, bottom: 30)
        let padded = waves(width: 120, height: 120).reflected(by: margin)
        let faded = try padded.fadingOut(in: margin, blur: 4)
        #expect(faded != padded)
        // A third of a margin inside its inner edge nothing is blurred any more.
        for offset in 40..<140 { #expect(faded[offset, 90] == padded[offset, 90]) }
        let corner = faded[0, 0]
        for offset in 0..<180 {
            #expect(faded[offset, 0] == corner && faded[179, offset] == corner)
        }
    }

    @Test func cropsWhatItIsTold() {
        let picture = waves(width: 9, height: 7)
        let cropped = picture.cropped(to: PixelBox(left: 2, top: 3, right: 8, bottom: 5))
        #expect(cropped.width == 6 && cropped.height == 2)
        #expect(cropped[0, 0] == picture[2, 3])
        #expect(cropped[5, 1] == picture[7, 4])
    }

    @Test func aBlurOfAnEdgeIsTheNormalDistribution() throws {
        // Narrow, and wide enough to be made on a shrunken copy: Φ(±1) and Φ(0) of the way across.
        for sigma in [2.0, 3.9, 8, 25] {
            let side = Int(sigma * 12)
            var pixels = [UInt8](repeating: 0, count: side * side * 3)
            for y in 0..<side {
                for i in (y * side + side / 2) * 3..<(y + 1) * side * 3 { pixels[i] = 250 }
            }
            let blurred = try Picture(width: side, height: side, pixels: pixels).blurred(sigma: sigma)
            for (step, share) in [(-1.0, 0.1587), (0, 0.5), (1, 0.8413)] {
                let x = Double(side / 2) - 0.5 + step * sigma
                let below = Double(blurred[Int(x.rounded(.down)), side / 2].red)
                let above = Double(blurred[Int(x.rounded(.up)), side / 2].red)
                let value = below + (above - below) * (x - x.rounded(.down))
                #expect(abs(value - 250 * share) < 4, "sigma \(sigma), step \(step): \(value)")
            }
        }
    }

    @Test func theSearchStaysWithinItsBudget() {
        #expect(Scan(width: 1024, height: 1024) == Scan(doublings: 1, reduction: 1))
        #expect(Scan(width: 4000, height: 4000) == Scan(doublings: 1, reduction: 1))
        #expect(Scan(width: 8660, height: 5774) == Scan(doublings: 0, reduction: 1))
        #expect(Scan(width: 12000, height: 9000) == Scan(doublings: 0, reduction: 2))
        #expect(Scan(width: 1, height: 200_000_000).reduction > 1)
    }
}

extension Scan {
    fileprivate init(doublings: Int, reduction: Int) {
        self.init(width: 1, height: 1)
        self.doublings = doublings
        self.reduction = reduction
    }
}
