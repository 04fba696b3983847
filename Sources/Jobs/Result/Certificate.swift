import Degradation
import Foundation
import Imaging
import Tensors

/// How well a saved picture fits the low-resolution input, measured on the file that people receive.
///
/// The residual is D(saved 8-bit picture) − (decoded 8-bit input), with D in double precision and its result
/// not rounded.
public struct Certificate: Sendable, Hashable {
    /// Root mean square of the residual over all pixels and channels that count, in grey levels 0–255.
    public var rms: Double
    /// Largest magnitude of the residual, in grey levels 0–255.
    public var max: Double
    /// Mean square of the residual, intensities in 0–1.
    public var mse: Double

    /// Measures a picture file.
    /// - Parameters:
    ///   - url: the saved picture; it is decoded again.
    ///   - input: the low-resolution picture it should downscale to.
    ///   - degradation: D, from the saved picture's size to the input's.
    ///   - ignored: samples of the input that do not count, [3, h, w]; nil for none.
    /// - Throws: `PictureError` if the file cannot be read.
    public init(
        ofPictureAt url: URL, input: Picture, degradation: any Degradation, ignoring ignored: [Bool]? = nil
    ) throws(PictureError) {
        self.init(
            of: try Picture(contentsOf: url), input: input, degradation: degradation, ignoring: ignored)
    }

    /// Measures a picture that is in memory.
    public init(
        of picture: Picture, input: Picture, degradation: any Degradation, ignoring ignored: [Bool]? = nil
    ) {
        self.init(
            downscaled: picture.degraded(by: degradation), input: input.tensor(), ignoring: ignored)
    }

    /// - Parameters:
    ///   - downscaled: D of the picture, [3, h, w], intensities in 0–1.
    ///   - input: the target, of the same shape.
    init(downscaled: Tensor<Double>, input: Tensor<Double>, ignoring ignored: [Bool]? = nil) {
        precondition(downscaled.shape == input.shape, "the input is not of the operator's target size")
        var (sum, largest, count) = (0.0, 0.0, 0)
        downscaled.withUnsafeBufferPointer { low in
            input.withUnsafeBufferPointer { target in
                for i in low.indices where ignored?[i] != true {
                    let residual = low[i] - target[i]
                    sum += residual * residual
                    largest = Swift.max(largest, residual.magnitude)
                    count += 1
                }
            }
        }
        mse = sum / Double(Swift.max(count, 1))
        rms = 255 * mse.squareRoot()
        max = 255 * largest
    }

    /// Whether the fit is within a tolerance, in grey levels.
    public func isAccepted(tolerance: Double) -> Bool { rms <= tolerance }
}

extension Picture {
    /// A of the picture in double precision, not rounded: intensities, [3, h, w].
    func degraded(by degradation: any Degradation) -> Tensor<Double> {
        eachChannel(degradation.targetSize) { degradation.apply($0) }
    }

    /// What becomes of the picture's intensities if one channel after the other is made small: a large picture of
    /// floating-point numbers is the most memory that writing a result takes.
    /// - Parameters:
    ///   - size: of the small picture.
    ///   - shrink: [1, height, width] → [1, h, w].
    /// - Returns: [3, h, w].
    func eachChannel<Scalar>(
        _ size: PixelSize, _ shrink: (Tensor<Scalar>) -> Tensor<Scalar>
    ) -> Tensor<Scalar> {
        var result = Tensor<Scalar>(zeros: [3, size.height, size.width])
        for channel in 0..<3 {
            let small = shrink(self.channel(channel))
            precondition(small.shape == [1, size.height, size.width], "a channel of another size")
            for i in 0..<small.count { result[channel * small.count + i] = small[i] }
        }
        return result
    }
}
