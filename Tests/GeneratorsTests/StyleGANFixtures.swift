import Foundation
import ReferenceOps
import Tensors
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

extension TinyStyleGAN {
    /// The synthesis network of a checkpoint, under the names of the model file.
    func imported(_ name: String) throws -> ImportedNetwork {
        let checkpoint = try Checkpoint(contentsOf: Self.file(name))
        let generators = ["", "Gs", "g_ema", "G_ema"].compactMap { checkpoint.network($0) }
        let network = try #require(generators.first)
        let families = [GeneratorFamily.styleGAN1, .styleGAN2]
        guard case .generator(let generator)? = families.flatMap({ $0.recognised(in: network) }).first else {
            throw FixtureError.unrecognised(name)
        }
        let synthesis = try #require(try generator.networks(in: network, file: name).synthesis)
        return ImportedNetwork(
            tensors: Dictionary(uniqueKeysWithValues: synthesis.tensors.map { ($0.name, $0.tensor) }))
    }

    enum FixtureError: Error { case unrecognised(String) }
}

/// The tensors of a synthesis network.
struct ImportedNetwork {
    let tensors: [String: Tensor<Float>]

    func synthesis(_ name: String) -> Tensor<Float>? { tensors[name] }
}

/// Pictures and gradients of one generator, in the form in which the originals' are recorded.
struct StyleGANRun<Scalar: BinaryFloatingPoint & Sendable> {
    var image, dW: Tensor<Scalar>
    var dNoise: [Tensor<Scalar>?]

    /// Renders with the recorded latents and given noise, and differentiates.
    init(_ generator: some ReferenceGenerator<Scalar>, _ tiny: TinyStyleGAN, without absent: Int? = nil) {
        let sides = generator.specification.noiseSides
        image = Tensor(zeros: [3, tiny.resolution, tiny.resolution])
        dW = Tensor(zeros: [tiny.slots, tiny.styleDim])
        dNoise = sides.enumerated().map { $0 == absent ? nil : Tensor(zeros: [$1, $1]) }
        generator.forward(w: tiny.w(), noise: tiny.maps(sides).map { .map($0) }, image: &image)
        generator.backward(dImage: tiny.dImage(), dW: &dW, dNoise: &dNoise)
    }

    /// Renders with the recorded latents and one kind of noise.
    static func image(
        _ generator: some ReferenceGenerator<Scalar>, _ tiny: TinyStyleGAN, noise: ReferenceNoise<Scalar>
    ) -> Tensor<Scalar> {
        var image = Tensor<Scalar>(zeros: [3, tiny.resolution, tiny.resolution])
        generator.forward(
            w: tiny.w(), noise: generator.specification.noiseSides.map { _ in noise }, image: &image)
        return image
    }
}

extension StyleGANRun where Scalar == Float {
    init(_ generator: some Generator, _ tiny: TinyStyleGAN, without absent: Int? = nil) {
        self.init(EngineGenerator(generator), tiny, without: absent)
    }

    static func image(
        _ generator: some Generator, _ tiny: TinyStyleGAN, noise: ReferenceNoise<Float>
    ) -> Tensor<Float> {
        image(EngineGenerator(generator), tiny, noise: noise)
    }

    /// Renders and differentiates what is not a number.
    static func overflow(_ generator: some Generator, _ tiny: TinyStyleGAN) {
        let sides = generator.specification.noiseSides
        let nothing = Tensor<Float>(zeros: [3, tiny.resolution, tiny.resolution]).map { _ in Float.nan }
        var (image, dW) = (nothing, Tensor<Float>(zeros: [tiny.slots, tiny.styleDim]))
        var dNoise: [Tensor<Float>?] = sides.map { Tensor(zeros: [$0, $0]) }
        let w = Tensor<Float>(zeros: dW.shape).map { _ in Float.nan }
        generator.forward(
            w: w, noise: sides.map { .map(Tensor<Float>(zeros: [$0, $0]).map { _ in Float.nan }) },
            image: &image)
        generator.backward(dImage: nothing, dW: &dW, dNoise: &dNoise)
    }
}

/// Every fifth row and column of a picture or a map of more than 16 pixels a side; others whole.
func thinned<Scalar>(_ map: Tensor<Scalar>) -> Tensor<Scalar> {
    let side = map.shape[map.shape.count - 1]
    guard side > 16 else { return map }
    let thin = everyFifth(map.reshaped([map.count / side / side, side, side]))
    return map.shape.count == 3 ? thin : thin.item(0)
}

/// Expects what the original computes with given noise and without, in single precision.
/// - Parameter tolerance: of the picture, whose deviation is 1.3 to 2.4; gradients agree to 10⁻⁵ relative.
func expectOriginal(
    _ generator: some Generator, _ tiny: TinyStyleGAN, _ kernels: String, tolerance: Double = 1e-5
) throws {
    let golden = try tiny.golden()
    let run = StyleGANRun(generator, tiny, without: 3)
    expectClose(thinned(run.image), try golden.tensor("image"), absolute: tolerance, "\(kernels): picture")
    let error = relativeError(run.dW, try golden.tensor("dW"))
    #expect(error < 1e-5, "\(kernels): relative error of the latent gradient \(error)")
    for (i, map) in run.dNoise.enumerated() {
        guard i != 3 else { continue }
        let (map, expected) = (
            thinned(try #require(map)), try golden.tensor("dNoise.\(i)", as: Float.self)
        )
        let error = relativeError(map, expected)
        #expect(error < 1e-5, "\(kernels): relative error of the gradient of noise \(i) \(error)")
    }
    #expect(run.dNoise[3] == nil)
    expectClose(
        thinned(StyleGANRun.image(generator, tiny, noise: .zero)), try golden.tensor("image.zero"),
        absolute: tolerance, "\(kernels): no noise")
}
