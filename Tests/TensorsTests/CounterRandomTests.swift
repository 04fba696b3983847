import Testing

@testable import Tensors

@Suite struct CounterRandomTests {
    /// Known answers of Philox4x32-10 from the generator's own test vectors (Random123, kat_vectors).
    @Test func matchesPublishedVectors() {
        #expect(
            CounterRandom(seed: 0).block(0) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        #expect(
            CounterRandom(seed: .max, stream: .max).block(.max)
                == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    }

    @Test func normalsHaveTheNormalMoments() {
        let sample: Tensor<Double> = CounterRandom(seed: 7, stream: 3).normals(shape: [200_000])
        let x = sample.elements
        let n = Double(x.count)
        #expect(abs(x.reduce(0, +) / n) < 4 / n.squareRoot())
        #expect(abs(x.reduce(0) { $0 + $1 * $1 } / n - 1) < 4 * (2 / n).squareRoot())
        #expect(abs(x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n - 3) < 4 * (96 / n).squareRoot())
    }

    @Test(arguments: [
        (0.975, 1.959963984540054), (1e-10, -6.361340902404056), (0.3, -0.524400512708041),
    ])
    func quantileMatchesTables(p: Double, z: Double) {
        #expect(abs(normalQuantile(p) - z) < 1e-13 * abs(z))
    }
}
