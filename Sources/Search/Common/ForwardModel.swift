import Degradation
import Generators
import Tensors

/// What a search inverts, in the search's precision: latents to a picture, the picture to the small one, and the
/// gradients of both. It holds the noise of one search.
protocol ForwardModel<Scalar>: AnyObject {
    associatedtype Scalar: SearchScalar

    /// See `Generator.forward`, with the noise as it stands.
    func render(w: Tensor<Scalar>, image: inout Tensor<Scalar>)

    /// See `Generator.backward`.
    func renderBackward(dImage: Tensor<Scalar>, dW: inout Tensor<Scalar>, dNoise: inout [Tensor<Scalar>?])

    /// Gives noise input `index` another map.
    func setNoise(_ map: Tensor<Scalar>, at index: Int)

    /// Whether a picture of one value comes out of the degradation with that value.
    var keepsConstants: Bool { get }

    /// See `Degradation.apply`.
    func degrade(_ image: Tensor<Scalar>, into result: inout Tensor<Scalar>, scratch: inout Tensor<Scalar>)

    /// See `Degradation.applyAdjoint`.
    func degradeAdjoint(
        _ residual: Tensor<Scalar>, into result: inout Tensor<Scalar>, scratch: inout Tensor<Scalar>)
}

/// The forward model that users search in: a generator and a degradation.
final class GeneratorForwardModel: ForwardModel {
    private let generator: any Generator
    private let degradation: any Degradation
    /// One entry for each of the generator's noise inputs.
    private(set) var noise: [NoiseMap]

    init(generator: any Generator, degradation: any Degradation, noise: [NoiseMap]) {
        let specification = generator.specification
        precondition(noise.count == specification.noiseSides.count, "noise is incomplete")
        precondition(
            degradation.sourceSize == PixelSize(side: specification.resolution),
            "the degradation is for another resolution")
        self.generator = generator
        self.degradation = degradation
        self.noise = noise
    }

    func render(w: Tensor<Float>, image: inout Tensor<Float>) {
        generator.forward(w: w, noise: noise, image: &image)
    }

    func renderBackward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
    }

    func setNoise(_ map: Tensor<Float>, at index: Int) { noise[index] = .map(map) }

    var keepsConstants: Bool { degradation.keepsConstants }

    func degrade(_ image: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>) {
        degradation.apply(image, into: &result, scratch: &scratch)
    }

    func degradeAdjoint(
        _ residual: Tensor<Float>, into result: inout Tensor<Float>, scratch: inout Tensor<Float>
    ) {
        degradation.applyAdjoint(residual, into: &result, scratch: &scratch)
    }
}
