import Tensors

/// A precision in which searches run: Float for users, Double for proofs.
///
/// What touches every pixel is written once below and compiled for each precision here: code that is compiled for any
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
        roundPixels(image, into: &picture)
    }

    static func interleaveLevels(_ picture: Tensor<Float>, into pixels: inout [UInt8]) {
        interleavePixels(picture, into: &pixels) { UInt8($0 * 255 + 0.5) }
    }

    static func isFinite(_ tensor: Tensor<Float>) -> Bool { allAreFinite(tensor) }
}

extension Double: SearchScalar {
    static func roundToLevels(_ image: Tensor<Double>, into picture: inout Tensor<Double>) {
        roundPixels(image, into: &picture)
    }

    static func interleaveLevels(_ picture: Tensor<Double>, into pixels: inout [UInt8]) {
        interleavePixels(picture, into: &pixels) { UInt8($0 * 255 + 0.5) }
    }

    static func isFinite(_ tensor: Tensor<Double>) -> Bool { allAreFinite(tensor) }
}

private func roundPixels<Scalar>(_ image: Tensor<Scalar>, into picture: inout Tensor<Scalar>) {
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

@inline(__always)
private func interleavePixels<Scalar>(
    _ picture: Tensor<Scalar>, into pixels: inout [UInt8], byte: (Scalar) -> UInt8
) {
    let plane = picture.count / 3
    precondition(pixels.count == picture.count, "the pixels are of another size")
    picture.withUnsafeBufferPointer { x in
        pixels.withUnsafeMutableBufferPointer { bytes in
            for i in 0..<plane {
                for channel in 0..<3 { bytes[3 * i + channel] = byte(x[channel * plane + i]) }
            }
        }
    }
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
