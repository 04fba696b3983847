import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// Compression is found in libjpeg's files, and not followed.
@Suite struct JPEGCompressionTests {
    @Test(arguments: [16, 32], [20, 50, 90]) func qualitiesAreFound(side: Int, quality: Int) throws {
        for sampling in ["444", "420"] {
            let target = NoisyTarget(try compressed(side, quality, sampling), noise: nil)
            guard case .jpeg(let found)? = target.noise else {
                Issue.record("quality \(quality), \(sampling) was not found")
                continue
            }
            #expect(abs(found - quality) <= 2)
            let jpeg = JPEGCompression(quality: quality, of: try compressed(side, quality, sampling))
            if side == 32 { #expect(jpeg.halvesColour == (sampling == "420")) }
        }
    }

    @Test(arguments: [11, 12], [16, 32, 64]) func cleanFacesWereNotCompressed(seed: Int, side: Int) throws {
        #expect(JPEGCompression(foundIn: try face(seed, side)) == nil)
        #expect(JPEGCompression(foundIn: Tensor(zeros: [3, side, side])) == nil)
        #expect(JPEGCompression(foundIn: Tensor(zeros: [3, 7, 7])) == nil, "no whole block")
    }

    /// The face that was compressed is as near as compression allows, so that nothing of it is followed.
    @Test(arguments: [20, 50, 90]) func theFaceThatWasCompressedNeedsNoChange(quality: Int) throws {
        let clean = try face(11, 32)
        let damaged = try compressed(32, quality, "444")
        let target = NoisyTarget(damaged, noise: .jpeg(quality: quality))
        let aim = target.aim(from: clean)
        #expect(levels(aim, clean) < 0.75 * levels(damaged, clean))
        #expect(levels(aim, damaged) <= target.deviation + 1e-3)
    }

    /// From anywhere, what is left is no more than half a step in any frequency, and no more than compression takes.
    @Test(arguments: [20, 90]) func theAimIsAtMostTheDeviationAway(quality: Int) throws {
        let damaged = try compressed(32, quality, "420")
        let target = NoisyTarget(damaged, noise: .jpeg(quality: quality))
        let grey = Tensor<Float>([Float](repeating: 0.5, count: damaged.count), shape: damaged.shape)
        let aim = target.aim(from: grey)
        #expect(levels(aim, damaged) <= target.deviation + 1e-3)
        #expect(levels(aim, damaged) > 0.5, "noise is not followed")
        let kept = JPEGCompression(quality: quality, of: damaged)
        var residual = damaged
        for i in 0..<residual.count { residual[i] -= grey[i] }
        let followed = kept.kept(of: residual)
        var left = residual
        for i in 0..<left.count { left[i] -= followed[i] }
        let transform = CosineTransform(height: 8, width: 8)
        let plane = JPEGBlocks.plane(0, of: left)
        let waves = transform((0..<64).map { plane[$0 / 8 * 32 + $0 % 8] })
        // The coarsest step of the table of luminance.
        #expect(waves.allSatisfy { abs($0) <= 121 * (quality == 20 ? 2.5 : 0.2) / 2 + 1 })
    }

    /// Sides that are no multiple of 8 or 16.
    @Test(arguments: [8, 9, 20, 31]) func everySideHasAnAim(side: Int) throws {
        let picture = Tensor<Float>(
            (0..<3 * side * side).map { Float($0 * 37 % 256) / 255 }, shape: [3, side, side])
        let target = NoisyTarget(picture, noise: .jpeg(quality: 30))
        let aim = target.aim(from: Tensor<Float>(zeros: picture.shape))
        #expect(aim.elements.allSatisfy { (0...1).contains($0) })
        #expect(levels(aim, picture) <= target.deviation + 1e-3)
    }

    @Test func lowerQualitiesAndSmallerPicturesTakeMore() {
        let picture = Tensor<Float>(zeros: [3, 16, 16])
        func deviation(_ quality: Int, _ side: Int) -> Double {
            JPEGCompression(quality: quality, of: picture).deviation(side: side)
        }
        #expect(deviation(20, 32) > deviation(50, 32) && deviation(50, 32) > deviation(90, 32))
        #expect(deviation(50, 16) > deviation(50, 64) && deviation(100, 16) == 0)
    }

    private func compressed(_ side: Int, _ quality: Int, _ sampling: String) throws -> Tensor<Float> {
        try Picture(contentsOf: goldenURL("noise/11-\(side)-\(quality)-\(sampling).jpg")).tensor()
    }
}
