import Engine
import Generators
import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The engine's MobileStyleGAN on the tiny network: against PyTorch's numbers and the reference in Double.
@Suite struct MobileStyleGANTests {
    static let kernelNames = Kernels.available.map(\.name)
    let tiny: TinyMobileStyleGAN
    let weights: MobileStyleGANWeights

    init() throws {
        let tiny = try TinyMobileStyleGAN()
        self.tiny = tiny
        let configuration = MobileStyleGANConfiguration(
            channels: TinyMobileStyleGAN.channels, styleDim: TinyMobileStyleGAN.styleDim)
        weights = try MobileStyleGANWeights(configuration: configuration) {
            try tiny.weights.tensor($0)
        }
    }

    struct Result: Equatable { var image, dW: Tensor<Float>, dNoise: [Tensor<Float>?] }

    private func run(
        kernels: Kernels, threads: Int, noise: [NoiseMap]? = nil, without absent: Int? = nil
    ) -> Result {
        let generator = MobileStyleGAN(weights: weights, threads: threads, kernels: kernels)
        let sides = generator.specification.noiseSides
        var result = Result(
            image: Tensor(zeros: [3, 64, 64]), dW: Tensor(zeros: [8, 24]),
            dNoise: sides.enumerated().map { $0 == absent ? nil : Tensor(zeros: [$1, $1]) })
        generator.forward(
            w: tiny.w(), noise: noise ?? tiny.maps(sides).map { .map($0) }, image: &result.image)
        generator.backward(dImage: tiny.dImage(), dW: &result.dW, dNoise: &result.dNoise)
        return result
    }

    @Test func specificationIsTheReferences() throws {
        let generator = MobileStyleGAN(weights: weights, threads: 1)
        #expect(generator.specification == tiny.reference(Float.self).specification)
    }

    @Test(arguments: kernelNames) func matchesPyTorch(_ name: String) throws {
        let result = try run(kernels: #require(Kernels(named: name)), threads: 2, without: 3)
        expectClose(result.image, try tiny.golden.tensor("image"), absolute: 1e-5, "picture")
        let dW: Tensor<Float> = try tiny.golden.tensor("dW")
        #expect(relativeError(result.dW, dW) < 1e-5)
        expectClose(result.dW, dW, absolute: 5e-5, "latent gradient")
        for i in result.dNoise.indices where i != 3 {
            try expectClose(
                #require(result.dNoise[i]), tiny.golden.tensor("dNoise.\(i)"), absolute: 1e-5, "noise \(i)")
        }
        #expect(result.dNoise[3] == nil)
    }

    @Test(arguments: kernelNames) func bakedAndNoNoiseMatchPyTorch(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let count = weights.configuration.specification.noiseSides.count
        let baked = run(kernels: kernels, threads: 1, noise: Array(repeating: .baked, count: count))
        expectClose(everyFifth(baked.image), try tiny.golden.tensor("every5.baked"), absolute: 1e-5)
        let none = run(kernels: kernels, threads: 1, noise: Array(repeating: .zero, count: count))
        expectClose(everyFifth(none.image), try tiny.golden.tensor("every5.zero"), absolute: 1e-5)
    }

    /// Noise given as the stored map is the stored noise: same gradients as the reference's, map by map.
    @Test func mixedNoiseMatchesTheReference() throws {
        let sides = weights.configuration.specification.noiseSides
        let maps = tiny.maps(sides, as: Double.self)
        let mixed: [ReferenceNoise<Double>] = maps.enumerated().map {
            [.map($1), .baked, .zero][$0 % 3]
        }
        let reference = tiny.reference(Double.self)
        var image = Tensor<Double>(zeros: [3, 64, 64])
        var dW = Tensor<Double>(zeros: [8, 24])
        var dNoise: [Tensor<Double>?] = sides.map { Tensor(zeros: [$0, $0]) }
        reference.forward(w: tiny.w(), noise: mixed, image: &image)
        reference.backward(dImage: tiny.dImage(), dW: &dW, dNoise: &dNoise)

        let floats: [NoiseMap] = mixed.map {
            switch $0 {
            case .map(let map): .map(map.map { Float($0) })
            case .baked: .baked
            case .zero: .zero
            }
        }
        let result = run(kernels: .default, threads: 2, noise: floats)
        expectClose(result.image, image.map { Float($0) }, absolute: 1e-5, "picture")
        expectClose(result.dW, dW.map { Float($0) }, absolute: 5e-5, "latent gradient")
        for i in sides.indices {
            try expectClose(
                #require(result.dNoise[i]), #require(dNoise[i]).map { Float($0) }, absolute: 1e-5,
                "noise \(i)")
        }
    }

    @Test(arguments: kernelNames) func bitsDoNotDependOnThreads(_ name: String) throws {
        let kernels = try #require(Kernels(named: name))
        let alone = run(kernels: kernels, threads: 1)
        for threads in [2, 3, 4] {
            #expect(run(kernels: kernels, threads: threads) == alone, "\(threads) threads")
        }
    }

    /// A workspace carries nothing from one step to the next, not even from one that overflowed.
    @Test func aSecondRunHasTheSameBits() {
        let generator = MobileStyleGAN(weights: weights, threads: 2)
        let sides = generator.specification.noiseSides
        let noise: [NoiseMap] = tiny.maps(sides).map { .map($0) }
        var (first, second) = (Tensor<Float>(zeros: [3, 64, 64]), Tensor<Float>(zeros: [3, 64, 64]))
        var (dFirst, dSecond) = (Tensor<Float>(zeros: [8, 24]), Tensor<Float>(zeros: [8, 24]))
        var none: [Tensor<Float>?] = sides.map { _ in nil }
        generator.forward(w: tiny.w(), noise: noise, image: &first)
        generator.backward(dImage: tiny.dImage(), dW: &dFirst, dNoise: &none)
        var all: [Tensor<Float>?] = sides.map { Tensor(zeros: [$0, $0]) }
        generator.forward(w: tiny.dImage().reshapedToLatents, noise: sides.map { _ in .zero }, image: &second)
        generator.backward(dImage: tiny.dImage(), dW: &dSecond, dNoise: &all)
        let nothing = tiny.dImage(Float.self).map { _ in Float.nan }
        generator.forward(w: nothing.reshapedToLatents, noise: noise, image: &second)
        generator.backward(dImage: nothing, dW: &dSecond, dNoise: &all)
        generator.forward(w: tiny.w(), noise: noise, image: &second)
        generator.backward(dImage: tiny.dImage(), dW: &dSecond, dNoise: &none)
        #expect(first == second && dFirst == dSecond)
        #expect(none.allSatisfy { $0 == nil })
    }
}

extension Tensor {
    /// The first 8·24 elements, as some other latents.
    fileprivate var reshapedToLatents: Tensor { Tensor(Array(elements.prefix(8 * 24)), shape: [8, 24]) }
}
