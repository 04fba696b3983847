import CKernels
import Tensors

/// What the layers of one search share: threads, kernels and scratch. Not safe for concurrent use.
public final class Workspace {
    public let pool: ThreadPool
    public let kernels: Kernels
    private var scratch = AlignedFloats(count: 0)
    private(set) var scratchStride = 0
    private var staged = AlignedFloats(count: 0)
    private var gradients = [AlignedFloats(count: 0), AlignedFloats(count: 0)]

    public init(threads: Int, kernels: Kernels = .default) {
        pool = ThreadPool(threads: threads)
        self.kernels = kernels
    }

    var scratchPointer: UnsafeMutablePointer<Float> { scratch.pointer }

    /// Makes sure that every thread has `count` floats of scratch. Called while layers are made, never in a step.
    func reserveScratch(_ count: Int) {
        guard count > scratchStride else { return }
        scratchStride = Self.scratchStride(count)
        scratch = AlignedFloats(count: scratchStride * pool.threads)
    }

    /// Floats from the scratch of one thread to the next, if each needs `count`.
    static func scratchStride(_ count: Int) -> Int { (count + 31) / 32 * 32 }

    /// What the threads share while they compute one dense layer.
    var stagedPointer: UnsafeMutablePointer<Float> { staged.pointer }

    /// Makes sure of `count` floats of it. Called while layers are made.
    func reserveStaged(_ count: Int) {
        if count > staged.count { staged = AlignedFloats(count: count) }
    }

    /// The gradients of a dense network's activations: two blocks, of which neighbouring layers use one each.
    func gradientPointer(turn: Int) -> UnsafeMutablePointer<Float> { gradients[turn].pointer }

    /// Makes sure that one of them holds `count` floats. Called while layers are made.
    func reserveGradients(_ count: Int, turn: Int) {
        if count > gradients[turn].count { gradients[turn] = AlignedFloats(count: count) }
    }
}

/// The activations of one layer: [channels, height, width] with padding between channels, because channels
/// a power of two apart would fight for the same cache sets.
public final class Activations {
    public let channels: Int
    public let height: Int
    public let width: Int
    /// Floats from one channel to the next.
    public let stride: Int
    let storage: AlignedFloats

    public init(channels: Int, height: Int, width: Int) {
        (self.channels, self.height, self.width) = (channels, height, width)
        stride = Self.stride(height: height, width: width)
        storage = AlignedFloats(count: Self.floats(channels: channels, height: height, width: width))
    }

    private static func stride(height: Int, width: Int) -> Int { (height * width + 15) / 16 * 16 + 32 }

    /// A vector read may start one float before a row and end one vector behind it.
    static func floats(channels: Int, height: Int, width: Int) -> Int {
        channels * stride(height: height, width: width) + 64
    }

    public var pointer: UnsafeMutablePointer<Float> { storage.pointer }

    /// A copy without the padding, [channels, height, width].
    public var tensor: Tensor<Float> {
        get {
            var result = Tensor<Float>(uninitialized: [channels, height, width])
            let pixels = height * width
            result.withUnsafeMutableBufferPointer { target in
                for c in 0..<channels {
                    for i in 0..<pixels { target[c * pixels + i] = pointer[c * stride + i] }
                }
            }
            return result
        }
        set {
            precondition(newValue.shape == [channels, height, width])
            let pixels = height * width
            newValue.withUnsafeBufferPointer { source in
                for c in 0..<channels {
                    for i in 0..<pixels { pointer[c * stride + i] = source[c * pixels + i] }
                }
            }
        }
    }
}
