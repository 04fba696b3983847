import Engine
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators

/// What is said of a generator's memory before it is made, against what it then allocates.
@Suite struct GeneratorMemoryTests {
    /// Makes weights and one generator and renders both ways, with every noise map given and every gradient wanted.
    private func expectEstimate(
        _ configuration: some SynthesisConfiguration, threads: Int, within share: Double = 0.02
    ) throws {
        let shapes = Dictionary(uniqueKeysWithValues: configuration.tensorShapes.map { ($0.name, $0.shape) })
        let memory = configuration.memory
        let (weights, weightBytes) = try AlignedFloats.growth {
            try configuration.weights { Tensor(zeros: try #require(shapes[$0])) }
        }
        let (generator, bytes) = AlignedFloats.growth {
            let generator = configuration.generator(weights: weights, threads: threads, kernels: .default)
            let (sides, side) = (generator.specification.noiseSides, generator.specification.resolution)
            var image = Tensor<Float>(zeros: [3, side, side])
            var dW = Tensor<Float>(
                zeros: [generator.specification.liveSlots.count, generator.specification.latentSize])
            var dNoise: [Tensor<Float>?] = sides.map { Tensor(zeros: [$0, $0]) }
            generator.forward(w: dW, noise: sides.map { .map(Tensor(zeros: [$0, $0])) }, image: &image)
            generator.backward(dImage: image, dW: &dW, dNoise: &dNoise)
            return generator
        }
        let estimate = memory.perGenerator(threads: threads)
        let name = "\(generator.specification.family) on \(threads) threads"
        #expect(
            abs(Double(memory.weights) / Double(weightBytes) - 1) <= share,
            "\(name): weights \(memory.weights) for \(weightBytes)")
        #expect(
            abs(Double(estimate) / Double(bytes) - 1) <= share, "\(name): workspace \(estimate) for \(bytes)")
    }

    @Test(arguments: [1, 3]) func tinyNetworks(threads: Int) throws {
        for storesNoise in [false, true] {
            try expectEstimate(
                StyleGAN1Configuration(
                    channels: TinyStyleGAN.styleGAN1.channels, styleDim: 24, storesNoise: storesNoise),
                threads: threads)
        }
        for tiny in [TinyStyleGAN.styleGAN2, .ada] {
            try expectEstimate(
                StyleGAN2Configuration(
                    channels: tiny.channels, styleDim: 24, clamp: tiny.clamp.map { Float($0) }),
                threads: threads)
        }
        try expectEstimate(
            MobileStyleGANConfiguration(channels: TinyMobileStyleGAN.channels, styleDim: 24), threads: threads
        )
    }

    /// Wide enough that layers go Winograd's way, staged and not, and that blocks lie on huge pages.
    @Test func widerNetworks() throws {
        let channels = [16, 16, 48, 160, 160, 32]
        try expectEstimate(StyleGAN1Configuration(channels: channels, styleDim: 64), threads: 2)
        try expectEstimate(StyleGAN2Configuration(channels: channels, styleDim: 64), threads: 2)
        try expectEstimate(MobileStyleGANConfiguration(channels: channels, styleDim: 64), threads: 2)
    }

    @Test func countsWhatLivesNow() throws {
        let (blocks, bytes) = AlignedFloats.growth {
            (AlignedFloats(count: 3), AlignedFloats(count: 1 << 20))
        }
        #expect(bytes == 64 + 4 << 20)
        withExtendedLifetime(blocks) {}
        #expect(AlignedFloats.growth { _ = AlignedFloats(count: 1000) }.bytes == 0)
    }
}
