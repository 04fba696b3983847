import CKernels
import Tensors

/// The activations of one layer of a dense network, and where their gradient goes: [channels/16][height][width][16],
/// so that what is done to a pixel is done to 16 channels at once.
///
/// The gradients of all layers share two blocks of memory of the workspace, taken in turns: a layer reads the
/// gradient of its output from one while it writes that of its input into the other.
public final class BlockedActivations {
    public let channels: Int
    public let height: Int
    public let width: Int
    /// Channels with what pads them to whole blocks.
    public let paddedChannels: Int
    let storage: AlignedFloats
    let workspace: Workspace
    /// Which of the two blocks holds this layer's gradient.
    var turn = 0
    /// Instead of a gradient of their own, when only a picture is made of them.
    var pictureGradient: PictureGradient?

    /// ∂loss/∂picture and the weights of every channel in it, [3][padded channels].
    struct PictureGradient {
        let planes: UnsafePointer<Float>
        let weights: AlignedFloats
    }

    public init(channels: Int, height: Int, width: Int, workspace: Workspace) {
        (self.channels, self.height, self.width) = (channels, height, width)
        self.workspace = workspace
        paddedChannels = roundedToBlocks(channels)
        storage = AlignedFloats(count: paddedChannels * height * width)
    }

    public var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    /// ∂loss/∂(these activations), in the same layout.
    public var gradientPointer: UnsafeMutablePointer<Float> { workspace.gradientPointer(turn: turn) }

    /// The values as [channels, height, width].
    public var tensor: Tensor<Float> {
        get { unblocked(pointer) }
        set { block(newValue, into: pointer) }
    }

    /// The gradient as [channels, height, width].
    public var gradient: Tensor<Float> {
        get { unblocked(gradientPointer) }
        set {
            reserveGradient()
            block(newValue, into: gradientPointer)
        }
    }

    /// Makes sure that the gradient has memory. Called by the layers that read the activations, when they are made.
    func reserveGradient() { workspace.reserveGradients(storage.count, turn: turn) }

    /// Where channel c of pixel p lies.
    func position(_ c: Int, _ p: Int) -> Int {
        let block = Int(CK_CHANNELS)
        return (c / block * height * width + p) * block + c % block
    }

    private func unblocked(_ source: UnsafePointer<Float>) -> Tensor<Float> {
        var result = Tensor<Float>(uninitialized: [channels, height, width])
        let pixels = height * width
        result.withUnsafeMutableBufferPointer { target in
            for c in 0..<channels {
                for p in 0..<pixels { target[c * pixels + p] = source[position(c, p)] }
            }
        }
        return result
    }

    private func block(_ tensor: Tensor<Float>, into target: UnsafeMutablePointer<Float>) {
        precondition(tensor.shape == [channels, height, width])
        let pixels = height * width
        tensor.withUnsafeBufferPointer { source in
            for c in 0..<channels {
                for p in 0..<pixels { target[position(c, p)] = source[c * pixels + p] }
            }
        }
    }
}

/// A channel count rounded up to whole blocks.
func roundedToBlocks(_ channels: Int) -> Int {
    let block = Int(CK_CHANNELS)
    return (channels + block - 1) / block * block
}
