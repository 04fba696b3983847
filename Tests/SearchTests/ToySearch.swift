import Degradation
import Generators
import Imaging
import ReferenceOps
import Tensors

@testable import Search

/// The toy in single precision, as a generator that users search with.
final class SingleToy: Generator {
    let toy: ToyGenerator
    /// Called after every forward pass with its number, from 1, and the picture.
    var afterForward: (Int, inout Tensor<Float>) -> Void = { _, _ in }
    /// Called after every backward pass with its number, from 1, and the gradients.
    var afterBackward: (Int, inout Tensor<Float>, inout [Tensor<Float>?]) -> Void = { _, _, _ in }

    init(_ toy: ToyGenerator = ToyGenerator(resolution: 64)) { self.toy = toy }

    var specification: GeneratorSpecification { toy.specification }

    func forward(w: Tensor<Float>, noise: [NoiseMap], image: inout Tensor<Float>) {
        var double = Tensor<Double>(zeros: image.shape)
        let maps = noise.map { map -> ReferenceNoise<Double> in
            switch map {
            case .baked: .baked
            case .zero: .zero
            case .map(let map): .map(map.map { Double($0) })
            }
        }
        toy.forward(w: w.map { Double($0) }, noise: maps, image: &double)
        image = double.map { Float($0) }
        afterForward(toy.forwards, &image)
    }

    func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        var (doubleW, doubleNoise) = (dW.map { Double($0) }, dNoise.map { $0?.map { Double($0) } })
        toy.backward(dImage: dImage.map { Double($0) }, dW: &doubleW, dNoise: &doubleNoise)
        dW = doubleW.map { Float($0) }
        dNoise = doubleNoise.map { $0?.map { Float($0) } }
        afterBackward(toy.backwards, &dW, &dNoise)
    }
}

/// The toy with the noise of one search, and D, in double precision.
final class ToyForwardModel: ForwardModel {
    let toy: ToyGenerator
    private let degradation: Resampling
    private var noise: [ReferenceNoise<Double>]

    init(_ toy: ToyGenerator, _ degradation: Resampling, _ start: ClassicStart<Double>) {
        (self.toy, self.degradation) = (toy, degradation)
        noise = start.noise.map { noise in
            switch noise {
            case .baked: .baked
            case .zero: .zero
            case .map(let map): .map(map)
            }
        }
    }

    func render(w: Tensor<Double>, image: inout Tensor<Double>) {
        toy.forward(w: w, noise: noise, image: &image)
    }

    func renderBackward(dImage: Tensor<Double>, dW: inout Tensor<Double>, dNoise: inout [Tensor<Double>?]) {
        toy.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
    }

    func setNoise(_ map: Tensor<Double>, at index: Int) { noise[index] = .map(map) }

    var keepsConstants: Bool { degradation.keepsConstants }

    func degrade(_ image: Tensor<Double>, into result: inout Tensor<Double>, scratch: inout Tensor<Double>) {
        result = degradation.apply(image)
    }

    func degradeAdjoint(
        _ residual: Tensor<Double>, into result: inout Tensor<Double>, scratch: inout Tensor<Double>
    ) {
        result = degradation.applyAdjoint(residual)
    }
}

/// The classic search on the toy in double precision.
func toyCore(
    _ toy: ToyGenerator, _ method: ClassicMethod, side: Int, seed: UInt64, candidate: Int = 1
) throws -> ClassicCore<Double> {
    let specification = toy.specification
    try method.validate(for: specification)
    let start = ClassicStart<Double>(
        seed: seed, candidate: candidate, specification: specification, method: method)
    let degradation = Resampling(from: specification.resolution, to: side)
    let shape = SearchWorkspace<Double>.Shape(
        specification, degradation, rows: start.z.shape[0], trainable: start.trainable(by: method))
    let (mean, deviation): (Tensor<Double>, Tensor<Double>) = toyLatents()
    return ClassicCore(
        method, model: ToyForwardModel(toy, degradation, start),
        latentModel: LatentModel(mean: mean, standardDeviation: deviation),
        target: try toyTarget(side: side).tensor(), start: start, candidate: candidate,
        workspace: SearchWorkspace(shape))
}

/// The classic search on the toy, as users have it.
func toySearch(
    _ candidate: Int = 1, seed: UInt64 = 0, method: ClassicMethod = toyMethod(),
    on toy: SingleToy = SingleToy()
) throws -> ClassicSearch {
    try ClassicSearch(
        method, toyRequest(seed: seed), candidate: candidate, latents: toyStatistics(), seat: SearchSeat(toy))
}

func toyMethod(steps: Int = 6) -> ClassicMethod {
    var method = ClassicMethod()
    method.steps = steps
    return method
}

/// - Parameter target: of 8 pixels a side; the toy's where absent.
func toyRequest(seed: UInt64 = 0, target: Target? = nil, filter: Resampling.Filter = .bicubic) throws
    -> SearchRequest
{
    SearchRequest(
        target: try target ?? toyTarget(side: 8), degradation: Resampling(filter: filter, from: 64, to: 8),
        seed: seed, tolerance: ClassicMethod().defaultTolerance)
}

/// Mean and deviation of the latents that belong to the toy.
func toyLatents<Scalar>() -> (mean: Tensor<Scalar>, standardDeviation: Tensor<Scalar>) {
    let mean = (0..<512).map { Scalar(-0.3 + 0.2 * (Double($0 % 5) / 4)) }
    let standardDeviation = (0..<512).map { Scalar(0.3 + 0.4 * (Double($0 % 7) / 6)) }
    return (Tensor(mean, shape: [512]), Tensor(standardDeviation, shape: [512]))
}

func toyStatistics() -> LatentStatistics {
    let (mean, deviation): (Tensor<Float>, Tensor<Float>) = toyLatents()
    return LatentStatistics(mean: mean, standardDeviation: deviation)
}

/// A picture of gradients in colour.
func toyTarget(side: Int) throws -> Target {
    var pixels: [UInt8] = []
    for i in 0..<side {
        for j in 0..<side {
            for c in 0..<3 { pixels.append(UInt8(30 + 25 * c + 120 * i / (side - 1) + 50 * j / (side - 1))) }
        }
    }
    return try Target(Picture(width: side, height: side, pixels: pixels))
}
