import Foundation
import ReferenceOps
import TensorEngine
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

/// The engine's StyleGAN on the tiny network: imported from the originals' files, against their numbers.
@Suite struct StyleGAN1Tests {
    static let kernelNames = Kernels.available.map(\.name)
    private let tiny = TinyStyleGAN.styleGAN1

    private func weights(_ name: String, storesNoise: Bool = false, epsilon: Float = 1e-5) throws
        -> StyleGAN1Weights
    {
        let file = try tiny.imported([name])
        let configuration = StyleGAN1Configuration(
            channels: tiny.channels, styleDim: tiny.styleDim, epsilon: epsilon, storesNoise: storesNoise)
        return try StyleGAN1Weights(configuration: configuration) { try #require(file.synthesis($0)) }
    }

    @Test(arguments: kernelNames) func matchesThePULSEModules(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let generator = StyleGAN1(
            weights: try weights("stylegan1-synthesis.pt"), threads: 2, kernels: kernels)
        let golden = try tiny.golden()
        let run = StyleGANRun(generator, tiny, without: 3)
        expectClose(thinned(run.image), try golden.tensor("image"), absolute: 1e-4, "picture")
        let error = relativeError(run.dW, try golden.tensor("dW"))
        #expect(error < 1e-4, "relative error of the latent gradient \(error)")
        for (i, map) in run.dNoise.enumerated() where i != 3 {
            let (map, expected) = (
                thinned(try #require(map)), try golden.tensor("dNoise.\(i)", as: Float.self)
            )
            let error = relativeError(map, expected)
            #expect(error < 1e-4, "relative error of the gradient of noise \(i) \(error)")
        }
        #expect(run.dNoise[3] == nil)
        expectClose(
            thinned(StyleGANRun.image(generator, tiny, noise: .zero)), try golden.tensor("image.zero"),
            absolute: 1e-4, "no noise")
    }

    @Test func matchesTheTensorFlowNetwork() throws {
        let weights = try weights("stylegan1.pkl", storesNoise: true, epsilon: 1e-8)
        let generator = StyleGAN1(weights: weights, threads: 2)
        expectClose(
            thinned(StyleGANRun.image(generator, tiny, noise: .baked)),
            try tiny.golden().tensor("image.tensorflow"), absolute: 1e-4, "stored noise")
    }

    @Test(arguments: kernelNames) func bitsDoNotDependOnThreads(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let weights = try weights("stylegan1-synthesis.pt")
        func run(_ threads: Int) -> StyleGANRun<Float> {
            StyleGANRun(StyleGAN1(weights: weights, threads: threads, kernels: kernels), tiny)
        }
        let alone = run(1)
        for threads in [2, 3, 8] {
            let other = run(threads)
            #expect(other.image == alone.image && other.dW == alone.dW, "\(threads) threads")
            #expect(other.dNoise == alone.dNoise, "\(threads) threads")
        }
    }

    /// A workspace carries nothing from one step to the next.
    @Test func aSecondRunHasTheSameBits() throws {
        let generator = StyleGAN1(weights: try weights("stylegan1-synthesis.pt"), threads: 2)
        let first = StyleGANRun(generator, tiny)
        _ = StyleGANRun(generator, tiny, without: 2)
        _ = StyleGANRun.image(generator, tiny, noise: .zero)
        let second = StyleGANRun(generator, tiny)
        #expect(first.image == second.image && first.dW == second.dW && first.dNoise == second.dNoise)
    }
}
