import Tensors
import TestSupport
import Testing

@testable import Search

/// What a search leaves over is parted into noise and what is not.
@Suite struct NoiseShrinkageTests {
    private func rms(_ values: some Collection<Float>) -> Double {
        (values.reduce(0) { $0 + Double($1 * $1) } / Double(values.count)).squareRoot()
    }

    private func difference(_ a: Tensor<Float>, _ b: Tensor<Float>) -> [Float] {
        zip(a.elements, b.elements).map { $0 - $1 }
    }

    private func noise(_ shape: [Int], _ deviation: Float) -> Tensor<Float> {
        CounterRandom(seed: 4, stream: 1).normals(shape: shape).map { (value: Float) in deviation * value }
    }

    @Test(arguments: [(16, 16), (9, 24)]) func noiseAloneIsTakenForNoise(height: Int, width: Int) {
        let noise = noise([3, height, width], 0.1)
        let kept = NoiseShrinkage(deviation: 0.1)(noise)
        #expect(rms(kept.elements) < 0.035)
    }

    @Test func whatIsSmoothAndLargeIsKept() {
        let (height, width) = (16, 16)
        let noise = noise([3, height, width], 0.05)
        var smooth = Tensor<Float>(zeros: [3, height, width])
        for c in 0..<3 {
            for y in 0..<height {
                for x in 0..<width {
                    smooth[(c * height + y) * width + x] = 0.3 * Float(x + y) / 30 - 0.1 * Float(c)
                }
            }
        }
        var both = smooth
        for i in 0..<both.count { both[i] += noise[i] }
        let kept = NoiseShrinkage(deviation: 0.05)(both)
        #expect(rms(difference(kept, smooth)) < 0.4 * rms(noise.elements))
        // What is left out is no more than the noise may be.
        #expect(rms(difference(kept, both)) <= 0.05)
    }

    @Test func withoutNoiseAllIsKept() {
        let residual = noise([3, 12, 8], 0.2)
        #expect(rms(difference(NoiseShrinkage(deviation: 0)(residual), residual)) < 1e-6)
        #expect(rms(NoiseShrinkage(deviation: 0.1)(Tensor(zeros: [3, 4, 4])).elements) == 0)
    }
}
