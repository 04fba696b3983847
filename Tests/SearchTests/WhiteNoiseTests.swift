import Tensors
import TestSupport
import Testing

@testable import Search

/// Noise is found in pictures that have it, and not in smooth ones.
@Suite struct WhiteNoiseTests {
    /// A bright, coloured disc before a ramp, with noise that is independent in the three channels or the same in all.
    private func picture(side: Int, noise: Double, isGrey: Bool = false) -> Tensor<Float> {
        var picture = Tensor<Float>(zeros: [3, side, side])
        let random = CounterRandom(seed: 5, stream: 2)
        for c in 0..<3 {
            for i in 0..<side * side {
                let (x, y) = (Double(i % side) / Double(side) - 0.5, Double(i / side) / Double(side) - 0.5)
                let inside = 1 / (1 + 400 * max(0, x * x + y * y - 0.1))
                let value = [200.0, 150, 120][c] * inside + (1 - inside) * (60 + 40 * x * Double(c))
                let grain = noise * random.normal(UInt64(isGrey ? i : c * side * side + i))
                picture[c * side * side + i] = Float(min(max((value + grain) / 255, 0), 1))
            }
        }
        return picture
    }

    @Test(arguments: [16, 32, 64], [15.0, 25]) func noiseIsMeasured(side: Int, noise: Double) throws {
        let found = try #require(WhiteNoise.colour(of: picture(side: side, noise: noise)))
        #expect(abs(found / noise - 1) < 0.2, "found \(found)")
    }

    @Test(arguments: [8, 16, 32, 64]) func smoothPicturesHaveNone(side: Int) {
        #expect(WhiteNoise.colour(of: picture(side: side, noise: 0)) == nil)
        #expect(
            WhiteNoise.colour(of: picture(side: side, noise: 20, isGrey: true)) == nil,
            "grey grain has no colour")
        #expect(WhiteNoise.colour(of: Tensor(zeros: [3, side, side])) == nil)
    }

    @Test func theTransformIsOrthonormal() {
        let transform = CosineTransform(height: 6, width: 9)
        let plane = (0..<54).map { Double(($0 * 37) % 11) }
        let waves = transform(plane)
        #expect(abs(waves.reduce(0) { $0 + $1 * $1 } - plane.reduce(0) { $0 + $1 * $1 }) < 1e-9)
        #expect(zip(transform.inverse(waves), plane).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(abs(waves[0] - plane.reduce(0, +) / Double(54).squareRoot()) < 1e-9)
        #expect(transform.frequency(of: 0) == 0 && abs(transform.frequency(of: 8) - 8.0 / 9) < 1e-12)
    }
}
