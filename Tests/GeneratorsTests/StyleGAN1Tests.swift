import Engine
import Foundation
import ReferenceOps
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

/// The engine's StyleGAN on the tiny network: imported from the originals' files, against their numbers.
@Suite struct StyleGAN1Tests {
    static let kernelNames = Kernels.available.map(\.name)

    private func weights(_ name: String, epsilon: Float = 1e-5, storesNoise: Bool = false) throws
        -> StyleGAN1Weights
    {
        let tiny = TinyStyleGAN.styleGAN1
        let file = try tiny.imported(name)
        let configuration = StyleGAN1Configuration(
            channels: tiny.channels, styleDim: tiny.styleDim, epsilon: epsilon, storesNoise: storesNoise)
        return try StyleGAN1Weights(configuration: configuration) { try #require(file.synthesis($0)) }
    }

    @Test(arguments: kernelNames) func matchesPULSE(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let generator = StyleGAN1(
            weights: try weights("stylegan1-synthesis.pt"), threads: 2, kernels: kernels)
        try expectOriginal(generator, .styleGAN1, name, tolerance: 5e-5)
        // No noise is stored.
        let tiny = TinyStyleGAN.styleGAN1
        let silent = StyleGANRun.image(generator, tiny, noise: .zero)
        #expect(StyleGANRun.image(generator, tiny, noise: .baked) == silent)
    }

    @Test(arguments: kernelNames) func matchesTheTensorFlowNetwork(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let weights = try weights("stylegan1.pkl", epsilon: 1e-8, storesNoise: true)
        let generator = StyleGAN1(weights: weights, threads: 2, kernels: kernels)
        expectClose(
            thinned(StyleGANRun.image(generator, .styleGAN1, noise: .baked)),
            try TinyStyleGAN.styleGAN1.golden().tensor("image.tensorflow"), absolute: 5e-5, "stored noise")
    }

    @Test(arguments: kernelNames) func bitsDoNotDependOnThreads(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let weights = try weights("stylegan1-synthesis.pt")
        func run(_ threads: Int) -> StyleGANRun<Float> {
            StyleGANRun(StyleGAN1(weights: weights, threads: threads, kernels: kernels), .styleGAN1)
        }
        let alone = run(1)
        for threads in [2, 3, 8] {
            let other = run(threads)
            #expect(other.image == alone.image && other.dW == alone.dW, "\(threads) threads")
            #expect(other.dNoise == alone.dNoise, "\(threads) threads")
        }
    }

    /// A workspace carries nothing from one step to the next, not even from one that overflowed.
    @Test func aSecondRunHasTheSameBits() throws {
        let tiny = TinyStyleGAN.styleGAN1
        let generator = StyleGAN1(weights: try weights("stylegan1-synthesis.pt"), threads: 2)
        let first = StyleGANRun(generator, tiny)
        _ = StyleGANRun(generator, tiny, without: 2)
        _ = StyleGANRun.image(generator, tiny, noise: .zero)
        StyleGANRun.overflow(generator, tiny)
        let second = StyleGANRun(generator, tiny)
        #expect(first.image == second.image && first.dW == second.dW && first.dNoise == second.dNoise)
    }

    @Test func specificationIsTheReferences() throws {
        let tiny = TinyStyleGAN.styleGAN1
        let file = try tiny.imported("stylegan1-synthesis.pt")
        let reference = ReferenceStyleGAN1<Float>(
            channels: tiny.channels, epsilon: 1e-5, tensor: file.synthesis)
        let configuration = StyleGAN1Configuration(channels: tiny.channels, styleDim: 24)
        #expect(configuration.specification == reference.specification)
    }
}
