import CKernels
import Tensors

/// A fixed block of floats, 64-byte aligned and zeroed: what a workspace is made of.
///
/// Activations and packed weights live here rather than in `Tensor`, because kernels hold pointers into them
/// from one call to the next.
public final class AlignedFloats: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    public init(count: Int) {
        guard let pointer = ck_floats_create(Self.allocated(count)) else {
            fatalError("out of memory for \(count) floats")
        }
        (self.pointer, self.count) = (pointer, count)
    }

    private static func allocated(_ count: Int) -> Int { max(count, 16) }

    public convenience init(_ tensor: Tensor<Float>) {
        self.init(count: tensor.count)
        copy(tensor, at: 0)
    }

    /// Copies a tensor's elements to position `start` and those behind it.
    func copy(_ tensor: Tensor<Float>, at start: Int) {
        precondition(start >= 0 && start + tensor.count <= count, "the block is too small")
        tensor.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { (pointer + start).update(from: base, count: tensor.count) }
        }
    }

    deinit { ck_floats_destroy(pointer, Self.allocated(count)) }

    @inlinable
    public subscript(index: Int) -> Float {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}

extension AlignedFloats {
    /// Bytes that a block of `count` floats takes.
    package static func bytes(count: Int) -> Int { ck_floats_bytes(allocated(count)) }
}

/// Gives memory that was freed back to the system, after work that needed much of it for a short time.
public func releaseFreedMemory() { ck_memory_trim() }
