import Tensors

/// How a value half-way between two of the 256 levels is rounded; every picture that leaves this package in 8 bits is
/// clamped and then rounded to the nearest level by one of these two.
public enum LevelRounding: String, Sendable {
    /// To the higher level: pictures that are rendered from latents, cut out or drawn.
    case halfUp = "half-up"
    /// To the even level: pictures that a search has measured, whose bytes must be those that it measured. A file of a
    /// candidate's latents says so, and what is rendered from it is rounded alike.
    case halfEven = "half-even"
}

/// The level nearest to an intensity 0…1, of two equally near the higher one; 0 for what is not a number.
@inline(__always)
func levelHalfUp(_ intensity: Float) -> UInt8 {
    guard intensity > 0 else { return 0 }
    return intensity >= 1 ? 255 : UInt8(intensity * 255 + 0.5)
}

/// The nearest whole number to a level 0…255, clamped first, of two equally near the even one; 0 for what is not a
/// number.
@inline(__always)
func nearestLevel<Scalar: BinaryFloatingPoint>(_ level: Scalar) -> Scalar {
    // Adding 3·2^(p−2) to a number below 2^(p−2), where p is the precision, leaves no bits for a fraction:
    // what is lost is rounded to nearest, ties to even.
    let shift =
        3 * Scalar(sign: .plus, exponent: Scalar.Exponent(Scalar.significandBitCount - 1), significand: 1)
    let clamped = level > 0 ? (level < 255 ? level : 255) : 0
    return (clamped + shift) - shift
}

/// picture ← (image + 1)/2 in 0…1 as an 8-bit file holds it: multiples of 1/255.
package func roundToLevels(_ image: Tensor<Float>, into picture: inout Tensor<Float>) {
    rounded(image, into: &picture)
}

/// The same in double precision.
package func roundToLevels(_ image: Tensor<Double>, into picture: inout Tensor<Double>) {
    rounded(image, into: &picture)
}

/// Intensities 0…1, [3, h, w], as bytes, [h, w, 3]: the nearest levels.
package func interleaveLevels(
    _ picture: Tensor<Float>, into pixels: inout [UInt8], rounding: LevelRounding = .halfEven
) {
    switch rounding {
    case .halfUp: interleave(picture, into: &pixels, byte: levelHalfUp)
    case .halfEven: interleave(picture, into: &pixels) { UInt8(nearestLevel($0 * 255)) }
    }
}

/// The same in double precision.
package func interleaveLevels(_ picture: Tensor<Double>, into pixels: inout [UInt8]) {
    interleave(picture, into: &pixels) { UInt8(nearestLevel($0 * 255)) }
}

@inline(__always)
private func rounded<Scalar: BinaryFloatingPoint & Sendable>(
    _ image: Tensor<Scalar>, into picture: inout Tensor<Scalar>
) {
    image.withUnsafeBufferPointer { x in
        picture.withUnsafeMutableBufferPointer { y in
            for i in 0..<x.count { y[i] = nearestLevel((x[i] + 1) * 127.5) / 255 }
        }
    }
}

@inline(__always)
private func interleave<Scalar: BinaryFloatingPoint & Sendable>(
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
