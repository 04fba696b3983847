import Imaging
import Tensors

/// A precision in which searches run: Float for users, Double for proofs.
///
/// What touches every pixel is written once and compiled for each precision: code that is compiled for any
/// would need many times as long for every conversion.
protocol SearchScalar: BinaryFloatingPoint & Sendable {
    /// (x + 1)/2, clamped to 0…1 and rounded to the nearest multiple of 1/255; not a number becomes 0.
    static func roundToLevels(_ image: Tensor<Self>, into picture: inout Tensor<Self>)

    /// Multiples of 1/255, [3, h, w], as bytes, [h, w, 3].
    static func interleaveLevels(_ picture: Tensor<Self>, into pixels: inout [UInt8])

    /// Whether every element is a finite number.
    static func isFinite(_ tensor: Tensor<Self>) -> Bool
}

extension Float: SearchScalar {
    static func roundToLevels(_ image: Tensor<Float>, into picture: inout Tensor<Float>) {
        Imaging.roundToLevels(image, into: &picture)
    }

    static func interleaveLevels(_ picture: Tensor<Float>, into pixels: inout [UInt8]) {
        Imaging.interleaveLevels(picture, into: &pixels)
    }

    static func isFinite(_ tensor: Tensor<Float>) -> Bool { allAreFinite(tensor) }
}

extension Double: SearchScalar {
    static func roundToLevels(_ image: Tensor<Double>, into picture: inout Tensor<Double>) {
        Imaging.roundToLevels(image, into: &picture)
    }

    static func interleaveLevels(_ picture: Tensor<Double>, into pixels: inout [UInt8]) {
        Imaging.interleaveLevels(picture, into: &pixels)
    }

    static func isFinite(_ tensor: Tensor<Double>) -> Bool { allAreFinite(tensor) }
}

private func allAreFinite<Scalar>(_ tensor: Tensor<Scalar>) -> Bool {
    tensor.withUnsafeBufferPointer { x in
        // x − x is 0 for a number and nothing else. Four sums side by side, since one would wait for itself.
        var (s0, s1, s2, s3): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
        var i = 0
        while i + 4 <= x.count {
            s0 += x[i] - x[i]
            s1 += x[i + 1] - x[i + 1]
            s2 += x[i + 2] - x[i + 2]
            s3 += x[i + 3] - x[i + 3]
            i += 4
        }
        while i < x.count {
            s0 += x[i] - x[i]
            i += 1
        }
        return (s0 + s1) + (s2 + s3) == 0
    }
}
