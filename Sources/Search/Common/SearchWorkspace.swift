import Degradation
import Generators
import Imaging
import Tensors

/// The memory that one step of a search works in. Searches that take turns on one generator share it.
final class SearchWorkspace<Scalar: BinaryFloatingPoint & Sendable> {
    let downscale: DownscaleOperator
    /// [3, n, n] in the generator's range −1…1.
    var image: Tensor<Scalar>
    /// [3, n, n]: the picture rounded to 8 bits in 0…1, later ∂loss/∂image.
    var large: Tensor<Scalar>
    /// [3, s, s]: D(picture) in 0…1, rounded or not.
    var lowRes: Tensor<Scalar>
    /// ∂loss/∂D, [3, s, s].
    var dLowRes: Tensor<Scalar>
    /// Between the two passes of D.
    var between: Tensor<Scalar>
    /// [L, latentSize].
    var w: Tensor<Scalar>
    var dW: Tensor<Scalar>
    /// What GEOCROSS adds to dW.
    var dCross: Tensor<Scalar>
    /// In the shape of z.
    var dZ: Tensor<Scalar>
    /// One entry for each noise input; a tensor where the map is optimised.
    var dNoise: [Tensor<Scalar>?]
    var geodesicCross: GeodesicCross<Scalar>

    /// - Parameters:
    ///   - rows: of z: one for each live slot, or 1.
    ///   - trainable: for each noise input, whether it is optimised.
    init(
        _ specification: GeneratorSpecification, downscale: DownscaleOperator, rows: Int, trainable: [Bool]
    ) {
        precondition(downscale.sourceSide == specification.resolution, "D is for another resolution")
        self.downscale = downscale
        let (n, s) = (downscale.sourceSide, downscale.side)
        let (layers, size) = (specification.liveSlots.count, specification.latentSize)
        image = Tensor(zeros: [3, n, n])
        large = Tensor(zeros: [3, n, n])
        lowRes = Tensor(zeros: [3, s, s])
        dLowRes = Tensor(zeros: [3, s, s])
        between = Tensor(zeros: downscale.scratchShape())
        w = Tensor(zeros: [layers, size])
        dW = Tensor(zeros: [layers, size])
        dCross = Tensor(zeros: [layers, size])
        dZ = Tensor(zeros: [rows, size])
        dNoise = zip(specification.noiseSides, trainable).map { side, isTrainable in
            isTrainable ? Tensor(zeros: [side, side]) : nil
        }
        geodesicCross = GeodesicCross(layers: layers, latentSize: size)
    }

    /// lowRes ← D((image + 1)/2), as (D(image) + 1)/2: D keeps constants.
    func downscaleImage() {
        downscale.apply(image, into: &lowRes, scratch: &between)
        for i in 0..<lowRes.count { lowRes[i] = (lowRes[i] + 1) / 2 }
    }

    /// lowRes ← D of the picture as an 8-bit file holds it: clamped, rounded to the nearest of 256 levels.
    func downscaleRoundedPicture() {
        roundToLevels(image, into: &large)
        downscale.apply(large, into: &lowRes, scratch: &between)
    }

    /// large ← ∂loss/∂image from dLowRes, which is by the picture in 0…1.
    func carryGradientToImage() {
        for i in 0..<dLowRes.count { dLowRes[i] /= 2 }
        downscale.applyAdjoint(dLowRes, into: &large, scratch: &between)
    }

    func clearGradients() {
        dLowRes.clear()
        dW.clear()
        dCross.clear()
        for i in dNoise.indices { dNoise[i]?.clear() }
    }

    /// dW ← dW + dCross.
    func addCrossGradient() {
        for i in 0..<dW.count { dW[i] += dCross[i] }
    }

    var dLowResIsZero: Bool { dLowRes.withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } } }
}

/// (x + 1)/2, clamped to 0…1 and rounded to the nearest multiple of 1/255; not a number becomes 0.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func roundToLevels<Scalar>(_ image: Tensor<Scalar>, into picture: inout Tensor<Scalar>) {
    // Adding 3·2^(p−2) to a number below 2^(p−2), where p is the precision, leaves no bits for a fraction:
    // what is lost is rounded to nearest.
    let shift =
        3 * Scalar(sign: .plus, exponent: Scalar.Exponent(Scalar.significandBitCount - 1), significand: 1)
    image.withUnsafeBufferPointer { x in
        picture.withUnsafeMutableBufferPointer { y in
            for i in 0..<x.count {
                let level = (x[i] + 1) * 127.5
                let clamped = level > 0 ? (level < 255 ? level : 255) : 0
                y[i] = ((clamped + shift) - shift) / 255
            }
        }
    }
}

extension Tensor {
    fileprivate mutating func clear() {
        withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
}
