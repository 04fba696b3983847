import Imaging
import Tensors

/// The point of a search that fits best so far: its latents, its optimised noise and its picture in 8 bits.
///
/// The bytes, three a pixel, spare the search from rendering the point again, whenever it is asked for.
struct BestPoint<Scalar: BinaryFloatingPoint & Sendable> {
    private(set) var fit = Double.infinity
    /// After how many steps; `nil` while no point has been measured.
    private(set) var step: Int?
    private(set) var z: Tensor<Scalar>
    private(set) var noise: [Tensor<Scalar>]
    private var pixels: [UInt8]
    private let side: Int

    /// - Parameters:
    ///   - z, noise: tensors of the shapes to come.
    ///   - side: of the picture.
    init(z: Tensor<Scalar>, noise: [Tensor<Scalar>], side: Int) {
        self.z = z
        self.noise = noise
        self.side = side
        pixels = Array(repeating: 0, count: 3 * side * side)
    }

    var picture: Picture { Picture(width: side, height: side, pixels: pixels) }

    /// - Parameter rounded: the picture in multiples of 1/255, [3, side, side].
    mutating func replace(
        fit: Double, step: Int, z: Tensor<Scalar>, noise: some Sequence<Tensor<Scalar>>,
        rounded: Tensor<Scalar>
    ) {
        self.fit = fit
        self.step = step
        self.z.copyElements(of: z)
        for (i, map) in noise.enumerated() { self.noise[i].copyElements(of: map) }
        interleaveLevels(rounded, into: &pixels)
    }
}

/// Multiples of 1/255, [3, h, w], as bytes, [h, w, 3].
private func interleaveLevels<Scalar>(_ picture: Tensor<Scalar>, into pixels: inout [UInt8]) {
    // The conversion of any floating-point number costs many times that of a known one.
    if let picture = picture as? Tensor<Float> {
        interleave(picture, into: &pixels) { UInt8($0 * 255 + 0.5) }
    } else if let picture = picture as? Tensor<Double> {
        interleave(picture, into: &pixels) { UInt8($0 * 255 + 0.5) }
    } else {
        interleave(picture, into: &pixels) { UInt8($0 * 255 + 0.5) }
    }
}

@inline(__always)
private func interleave<Scalar>(
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
