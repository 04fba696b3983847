import Degradation
import Imaging
import Tensors

/// The point of a search that fits best so far: its latents, its optimised noise and its picture in 8 bits.
///
/// The bytes, three a pixel, spare the search from rendering the point again, whenever it is asked for.
struct BestPoint<Scalar: SearchScalar> {
    private(set) var fit = Double.infinity
    /// After how many steps; `nil` while no point has been measured.
    private(set) var step: Int?
    private(set) var z: Tensor<Scalar>
    private(set) var noise: [Tensor<Scalar>]
    private var pixels: [UInt8]
    private let size: PixelSize

    /// - Parameters:
    ///   - z, noise: tensors of the shapes to come.
    ///   - size: of the picture.
    init(z: Tensor<Scalar>, noise: [Tensor<Scalar>], size: PixelSize) {
        self.z = z
        self.noise = noise
        self.size = size
        pixels = Array(repeating: 0, count: 3 * size.width * size.height)
    }

    var picture: Picture { Picture(width: size.width, height: size.height, pixels: pixels) }

    /// - Parameter rounded: the picture in multiples of 1/255, [3, height, width].
    mutating func replace(
        fit: Double, step: Int, z: Tensor<Scalar>, noise: [Parameter<Scalar>],
        rounded: Tensor<Scalar>
    ) {
        self.fit = fit
        self.step = step
        self.z.copyElements(of: z)
        for i in noise.indices { self.noise[i].copyElements(of: noise[i].value) }
        Scalar.interleaveLevels(rounded, into: &pixels)
    }
}
