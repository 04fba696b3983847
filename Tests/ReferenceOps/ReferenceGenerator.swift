import Generators
import Tensors

/// A generator in plain loops, in the precision of a proof: what `Generator` is in single precision.
public protocol ReferenceGenerator<Scalar>: AnyObject {
    associatedtype Scalar: BinaryFloatingPoint & Sendable

    var specification: GeneratorSpecification { get }

    /// See `Generator.forward`.
    func forward(w: Tensor<Scalar>, noise: [ReferenceNoise<Scalar>], image: inout Tensor<Scalar>)

    /// See `Generator.backward`.
    func backward(dImage: Tensor<Scalar>, dW: inout Tensor<Scalar>, dNoise: inout [Tensor<Scalar>?])
}

/// What one noise input carries; see `NoiseMap`.
public enum ReferenceNoise<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    case baked
    case zero
    case map(Tensor<Scalar>)
}

/// A generator of the engine, to be measured by what measures the references.
public final class EngineGenerator: ReferenceGenerator {
    private let generator: any Generator

    public init(_ generator: any Generator) { self.generator = generator }

    public var specification: GeneratorSpecification { generator.specification }

    public func forward(w: Tensor<Float>, noise: [ReferenceNoise<Float>], image: inout Tensor<Float>) {
        let maps = noise.map { noise -> NoiseMap in
            switch noise {
            case .baked: .baked
            case .zero: .zero
            case .map(let map): .map(map)
            }
        }
        generator.forward(w: w, noise: maps, image: &image)
    }

    public func backward(dImage: Tensor<Float>, dW: inout Tensor<Float>, dNoise: inout [Tensor<Float>?]) {
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
    }
}
