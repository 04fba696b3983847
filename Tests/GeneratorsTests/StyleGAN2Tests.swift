import Engine
import Foundation
import ReferenceOps
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

/// The engine's StyleGAN2 on the tiny networks: imported from the originals' files, against their numbers.
@Suite struct StyleGAN2Tests {
    static let kernelNames = Kernels.available.map(\.name)

    private func weights(_ tiny: TinyStyleGAN, _ name: String) throws -> StyleGAN2Weights {
        let file = try tiny.imported(name)
        let configuration = StyleGAN2Configuration(
            channels: tiny.channels, styleDim: tiny.styleDim, clamp: tiny.clamp.map { Float($0) })
        return try StyleGAN2Weights(configuration: configuration) { try #require(file.synthesis($0)) }
    }

    @Test(arguments: [
        (TinyStyleGAN.styleGAN2, "stylegan2-rosinality.pt"), (.styleGAN2, "stylegan2.pkl"),
        (.ada, "stylegan2-ada.pkl"),
    ])
    func matchesTheOriginals(_ tiny: TinyStyleGAN, _ name: String) throws {
        let weights = try weights(tiny, name)
        for kernels in Kernels.available {
            let generator = StyleGAN2(weights: weights, threads: 2, kernels: kernels)
            try expectOriginal(generator, tiny, kernels.name)
            expectClose(
                thinned(StyleGANRun.image(generator, tiny, noise: .baked)),
                try tiny.golden().tensor("image.baked"), absolute: 1e-5, "\(kernels.name): stored noise")
        }
    }

    @Test(arguments: kernelNames) func bitsDoNotDependOnThreads(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let weights = try weights(.ada, "stylegan2-ada.pkl")
        func run(_ threads: Int) -> StyleGANRun<Float> {
            StyleGANRun(StyleGAN2(weights: weights, threads: threads, kernels: kernels), .ada)
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
        let tiny = TinyStyleGAN.styleGAN2
        let generator = StyleGAN2(weights: try weights(tiny, "stylegan2.pkl"), threads: 2)
        let first = StyleGANRun(generator, tiny)
        _ = StyleGANRun(generator, tiny, without: 2)
        _ = StyleGANRun.image(generator, tiny, noise: .zero)
        StyleGANRun.overflow(generator, tiny)
        let second = StyleGANRun(generator, tiny)
        #expect(first.image == second.image && first.dW == second.dW && first.dNoise == second.dNoise)
    }

    @Test func specificationIsTheReferences() throws {
        let tiny = TinyStyleGAN.ada
        let file = try tiny.imported("stylegan2-ada.pkl")
        let reference = ReferenceStyleGAN2<Float>(channels: tiny.channels, clamp: 1.5, tensor: file.synthesis)
        let configuration = StyleGAN2Configuration(channels: tiny.channels, styleDim: 24)
        #expect(configuration.specification == reference.specification)
    }
}
