import Foundation
import Generators
import Tensors

/// A generator at the end of a pipe, for programs in other languages: float32 in the machine's byte order.
///
/// Two requests, each a byte and numbers:
///
///     f  w [L, latentSize], then every noise map      answers the picture [3, R, R]
///     b  ∂loss/∂picture [3, R, R]                     answers ∂loss/∂w, then ∂loss/∂map of the first five maps
final class GeneratorPipe {
    private let generator: any Generator
    private let wanted: Int
    private var image, dImage, dW: Tensor<Float>
    private var dNoise: [Tensor<Float>?]

    init(generator: any Generator, wanted: Int = 5) {
        self.generator = generator
        self.wanted = wanted
        let specification = generator.specification
        let side = specification.resolution
        image = Tensor(zeros: [3, side, side])
        dImage = image
        dW = Tensor(zeros: [specification.liveSlots.count, specification.latentSize])
        dNoise = specification.noiseSides.enumerated().map { $0 < wanted ? Tensor(zeros: [$1, $1]) : nil }
    }

    /// Answers until the input ends.
    func run() throws {
        while let request = try FileHandle.standardInput.read(upToCount: 1)?.first {
            if request == UInt8(ascii: "f") {
                let w = try received(dW.shape)
                let noise = try generator.specification.noiseSides.map {
                    NoiseMap.map(try received([$0, $0]))
                }
                generator.forward(w: w, noise: noise, image: &image)
                try send(image)
            } else {
                dImage = try received(image.shape)
                generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
                try send(dW)
                for map in dNoise.prefix(wanted) { if let map { try send(map) } }
            }
        }
    }

    private func received(_ shape: [Int]) throws -> Tensor<Float> {
        var tensor = Tensor<Float>(zeros: shape)
        let bytes = try FileHandle.standardInput.read(upToCount: 4 * tensor.count) ?? Data()
        guard bytes.count == 4 * tensor.count else { fail("the pipe ended inside a request") }
        tensor.withUnsafeMutableBufferPointer { _ = bytes.copyBytes(to: $0) }
        return tensor
    }

    private func send(_ tensor: Tensor<Float>) throws {
        try FileHandle.standardOutput.write(contentsOf: tensor.withUnsafeBufferPointer { Data(buffer: $0) })
    }
}
