import Foundation
import Tensors

/// A tiny network of the StyleGAN family that `Tools/goldens/stylegan.py` draws, and what the original computes.
public struct TinyStyleGAN: Sendable, CustomStringConvertible {
    public let name: String
    public let seed: UInt64
    public let channels: [Int]
    public let styleDim = 24
    public var clamp: Double?

    public var description: String { name }
    public var resolution: Int { 2 << channels.count }
    public var slots: Int { 2 * channels.count }

    public static let styleGAN1 = TinyStyleGAN(
        name: "stylegan1", seed: 154, channels: [12, 12, 12, 12, 11, 9])
    public static let styleGAN2 = TinyStyleGAN(name: "stylegan2", seed: 42, channels: [12, 11, 10, 8, 6])
    public static let ada = TinyStyleGAN(
        name: "stylegan2-ada", seed: 43, channels: [12, 12, 12, 12, 8], clamp: 1.5)

    public func golden() throws -> Golden { try Golden(contentsOf: Self.file(name + ".safetensors")) }

    /// A file that the script wrote.
    public static func file(_ name: String) -> URL { goldenURL(name, of: "GeneratorsTests") }

    /// A different vector in every slot.
    public func w<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([slots, styleDim], stream: 1, seed: seed)
    }

    public func dImage<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([3, resolution, resolution], stream: 2, seed: seed)
    }

    public func z(length: Int) -> Tensor<Float> { randomTensor([6, length], stream: 3, seed: seed) }

    public func maps<Scalar>(_ sides: [Int], as type: Scalar.Type = Scalar.self) -> [Tensor<Scalar>] {
        sides.enumerated().map { randomTensor([$1, $1], stream: 100 + UInt64($0), seed: seed) }
    }
}
