import Foundation
import ReferenceOps
import TensorEngine
import TestSupport
import Testing

@testable import Checkpoints
@testable import Generators

/// A tiny network of the StyleGAN family that `Tools/goldens/stylegan.py` draws, and what the original computes.
struct TinyStyleGAN: Sendable, CustomStringConvertible {
    let name: String
    let seed: UInt64
    let channels: [Int]
    let styleDim = 24
    var clamp: Double?

    var description: String { name }
    var resolution: Int { 2 << channels.count }
    var slots: Int { 2 * channels.count }

    static let styleGAN1 = TinyStyleGAN(name: "stylegan1", seed: 154, channels: [12, 12, 12, 12, 11, 9])
    static let styleGAN2 = TinyStyleGAN(name: "stylegan2", seed: 42, channels: [12, 11, 10, 8, 6])
    static let ada = TinyStyleGAN(
        name: "stylegan2-ada", seed: 43, channels: [12, 12, 12, 12, 8], clamp: 1.5)

    func golden() throws -> Golden { try Golden(name) }

    /// A different vector in every slot.
    func w<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([slots, styleDim], stream: 1, seed: seed)
    }

    func dImage<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([3, resolution, resolution], stream: 2, seed: seed)
    }

    /// The model file that an import of these files writes.
    func imported(_ names: [String]) throws -> ImportedFile {
        try withTemporaryDirectory { home in
            let store = ModelStore(home: home)
            let model = try TinyModel.install(names.map { goldenURL($0) }, in: store, name: "imported")
            return ImportedFile(file: try SafetensorsFile(contentsOf: store.url(of: model.name)))
        }
    }

    func z(length: Int) -> Tensor<Float> { randomTensor([6, length], stream: 3, seed: seed) }

    func maps<Scalar>(_ sides: [Int], as type: Scalar.Type = Scalar.self) -> [Tensor<Scalar>] {
        sides.enumerated().map { randomTensor([$1, $1], stream: 100 + UInt64($0), seed: seed) }
    }
}

/// The tensors of a model file.
struct ImportedFile {
    let file: SafetensorsFile

    func synthesis(_ name: String) -> Tensor<Float>? { try? file.tensor("synthesis." + name) }
}

/// Pictures and gradients of one generator, in the form in which the originals' are recorded.
struct StyleGANRun<Scalar: BinaryFloatingPoint & Sendable> {
    var image, dW: Tensor<Scalar>
    var dNoise: [Tensor<Scalar>?]

    /// Renders with the recorded latents and given noise, and differentiates.
    init(_ generator: some Generator<Scalar>, _ tiny: TinyStyleGAN, without absent: Int? = nil) {
        let sides = generator.specification.noiseSides
        image = Tensor(zeros: [3, tiny.resolution, tiny.resolution])
        dW = Tensor(zeros: [tiny.slots, tiny.styleDim])
        dNoise = sides.enumerated().map { $0 == absent ? nil : Tensor(zeros: [$1, $1]) }
        generator.forward(w: tiny.w(), noise: tiny.maps(sides).map { .map($0) }, image: &image)
        generator.backward(dImage: tiny.dImage(), dW: &dW, dNoise: &dNoise)
    }

    /// Renders with the recorded latents and one kind of noise.
    static func image(
        _ generator: some Generator<Scalar>, _ tiny: TinyStyleGAN, noise: NoiseMap<Scalar>
    ) -> Tensor<Scalar> {
        var image = Tensor<Scalar>(zeros: [3, tiny.resolution, tiny.resolution])
        generator.forward(
            w: tiny.w(), noise: generator.specification.noiseSides.map { _ in noise }, image: &image)
        return image
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
    _ generator: some Generator<Float>, _ tiny: TinyStyleGAN, _ kernels: String, tolerance: Double = 1e-5
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
