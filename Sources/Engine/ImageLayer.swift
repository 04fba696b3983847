import CKernels
import Tensors

/// The weights of the last layer of a wavelet generator: 12 bands from all channels, packed for the kernels.
public struct ImageWeights: Sendable {
    public let channelsIn: Int
    let matrix: PackedMatrix
    let matrixTransposed: PackedMatrix
    let bias: AlignedFloats

    /// - Parameters:
    ///   - weight: [12, channelsIn], trailing unit axes allowed.
    ///   - bias: [12], unit axes allowed.
    public init(weight: Tensor<Float>, bias: Tensor<Float>) {
        channelsIn = weight.count / 12
        let rows = weight.reshaped([12, channelsIn])
        matrix = PackedMatrix(rows)
        matrixTransposed = PackedMatrix(rows, transposed: true)
        self.bias = AlignedFloats(bias)
    }
}

/// The last layer at work: rgb = inverse Haar( weight · (gain ∘ x) + bias ).
///
/// Shapes: input [channelsIn, H, W], picture [3, 2H, 2W]. Backward overwrites the input's activations with the
/// gradient before their leaky ReLU.
public final class ImageLayer {
    let weights: ImageWeights
    let input: Activations
    let workspace: Workspace
    /// One factor per channel, set before `forward`; kept for `backward`.
    public let gain: AlignedFloats
    /// Receives ∂loss/∂gain in `backward`.
    public let dGain: AlignedFloats
    private let dGainOfTiles: AlignedFloats
    private let rows: Int

    public init(weights: ImageWeights, input: Activations, workspace: Workspace) {
        precondition(input.channels == weights.channelsIn)
        self.weights = weights
        self.input = input
        self.workspace = workspace
        rows = Self.tileRows(height: input.height)
        gain = AlignedFloats(count: input.channels)
        dGain = AlignedFloats(count: input.channels)
        dGainOfTiles = AlignedFloats(count: (input.height + rows - 1) / rows * input.channels)
        var layer = arguments(image: nil)
        workspace.reserveScratch(ck_image_scratch(&layer))
    }

    static func tileRows(height: Int) -> Int { min(height, 32) }

    private func arguments(image: UnsafeMutablePointer<Float>?) -> ck_image {
        ck_image(
            channels_in: Int32(weights.channelsIn), height: Int32(input.height), width: Int32(input.width),
            rows: Int32(rows), weight: weights.matrix.storage.pointer,
            weight_transposed: weights.matrixTransposed.storage.pointer, bias: weights.bias.pointer,
            gain: gain.pointer, input: input.pointer, input_stride: input.stride, image: image,
            d_gain: dGainOfTiles.pointer)
    }

    /// Writes the picture [3, 2H, 2W].
    public func forward(image: UnsafeMutablePointer<Float>) {
        var layer = arguments(image: image)
        ck_run_image_forward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
    }

    /// Replaces the input's activations by ∂loss/∂(input before its leaky ReLU), given ∂loss/∂picture, and
    /// fills `dGain`.
    public func backward(dImage: UnsafePointer<Float>) {
        // The kernel only reads the picture in this direction.
        var layer = arguments(image: UnsafeMutablePointer(mutating: dImage))
        ck_run_image_backward(
            workspace.kernels.table, workspace.pool.handle, &layer, workspace.scratchPointer,
            workspace.scratchStride)
        sumTiles(dGainOfTiles, into: dGain)
    }
}
