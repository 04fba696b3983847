import Degradation
import Generators
import Imaging
import Tensors

/// The memory that one step of a search works in. Searches that take turns on one generator share it.
final class SearchWorkspace<Scalar: SearchScalar> {
    /// What decides how large everything is.
    struct Shape: Hashable {
        /// Of the generator's pictures, and of the target.
        var source, target: PixelSize
        /// Of the memory between the passes of the degradation.
        var scratch: [Int]
        /// L.
        var slots: Int
        var latentSize: Int
        /// Of z: one for each live slot, or 1.
        var rows: Int
        /// For each noise input, the side of its map where that is optimised.
        var trainableSides: [Int?]

        /// - Parameter trainable: for each noise input, whether it is optimised.
        init(
            _ specification: GeneratorSpecification, _ degradation: any Degradation, rows: Int,
            trainable: [Bool]
        ) {
            source = degradation.sourceSize
            target = degradation.targetSize
            scratch = degradation.scratchShape(channels: 3)
            slots = specification.liveSlots.count
            latentSize = specification.latentSize
            self.rows = rows
            trainableSides = zip(specification.noiseSides, trainable).map { $1 ? $0 : nil }
        }
    }

    let shape: Shape
    /// [3, H, W] in the generator's range −1…1.
    var image: Tensor<Scalar>
    /// [3, H, W]: the picture rounded to 8 bits in 0…1, later ∂loss/∂image.
    var large: Tensor<Scalar>
    /// [3, h, w]: the degraded picture in 0…1, rounded before or not.
    var lowRes: Tensor<Scalar>
    /// ∂loss/∂lowRes, [3, h, w].
    var dLowRes: Tensor<Scalar>
    /// Between the passes of the degradation.
    var between: Tensor<Scalar>
    /// [L, latentSize].
    var w: Tensor<Scalar>
    var dW: Tensor<Scalar>
    /// In the shape of z.
    var dZ: Tensor<Scalar>
    /// One entry for each noise input; a tensor where the map is optimised.
    var dNoise: [Tensor<Scalar>?]

    init(_ shape: Shape) {
        self.shape = shape
        let (source, target) = (shape.source, shape.target)
        image = Tensor(zeros: [3, source.height, source.width])
        large = Tensor(zeros: [3, source.height, source.width])
        lowRes = Tensor(zeros: [3, target.height, target.width])
        dLowRes = Tensor(zeros: [3, target.height, target.width])
        between = Tensor(zeros: shape.scratch)
        w = Tensor(zeros: [shape.slots, shape.latentSize])
        dW = Tensor(zeros: [shape.slots, shape.latentSize])
        dZ = Tensor(zeros: [shape.rows, shape.latentSize])
        dNoise = shape.trainableSides.map { side in side.map { Tensor(zeros: [$0, $0]) } }
    }

    /// lowRes ← A((image + 1)/2).
    func degradeImage(by model: any ForwardModel<Scalar>) {
        guard model.keepsConstants else {
            image.withUnsafeBufferPointer { x in
                large.withUnsafeMutableBufferPointer { y in
                    for i in 0..<x.count { y[i] = (x[i] + 1) / 2 }
                }
            }
            model.degrade(large, into: &lowRes, scratch: &between)
            return
        }
        // The same as (A(image) + 1)/2, on fewer pixels.
        model.degrade(image, into: &lowRes, scratch: &between)
        for i in 0..<lowRes.count { lowRes[i] = (lowRes[i] + 1) / 2 }
    }

    /// lowRes ← A of the picture as an 8-bit file holds it: clamped, rounded to the nearest of 256 levels.
    func degradeRoundedPicture(by model: any ForwardModel<Scalar>) {
        Scalar.roundToLevels(image, into: &large)
        model.degrade(large, into: &lowRes, scratch: &between)
    }

    /// large ← ∂loss/∂image from dLowRes, which is by the picture in 0…1.
    func carryGradientToImage(through model: any ForwardModel<Scalar>) {
        for i in 0..<dLowRes.count { dLowRes[i] /= 2 }
        model.degradeAdjoint(dLowRes, into: &large, scratch: &between)
    }

    /// dW, dNoise ← 0.
    func clearInputGradients() {
        dW.clear()
        for i in dNoise.indices { dNoise[i]?.clear() }
    }

    var dLowResIsZero: Bool { dLowRes.withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }
}

extension SearchWorkspace where Scalar == Float {
    /// The picture that was rendered last, by the means of squares of pixels.
    func glimpse(side: Int) -> Picture {
        let (width, height) = (image.shape[2], image.shape[1])
        let step = max(1, (max(width, height) + side - 1) / side)
        let (columns, rows) = (width / step, height / step)
        var pixels = [UInt8](repeating: 0, count: 3 * columns * rows)
        image.withUnsafeBufferPointer { x in
            for channel in 0..<3 {
                for row in 0..<rows {
                    for column in 0..<columns {
                        var sum: Float = 0
                        for i in 0..<step {
                            let start = (channel * height + row * step + i) * width + column * step
                            for j in 0..<step { sum += x[start + j] }
                        }
                        let mean = sum / Float(step * step)
                        let level = (mean.isFinite ? mean + 1 : 0) * 127.5
                        pixels[(row * columns + column) * 3 + channel] = UInt8(
                            min(max(level.rounded(), 0), 255))
                    }
                }
            }
        }
        return Picture(width: columns, height: rows, pixels: pixels)
    }
}

extension Tensor {
    /// Overwrites all elements with zero.
    mutating func clear() {
        withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
}
