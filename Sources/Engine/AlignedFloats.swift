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
        guard let pointer = ck_floats_create(max(count, 16)) else {
            fatalError("out of memory for \(count) floats")
        }
        (self.pointer, self.count) = (pointer, count)
    }

    public convenience init(_ tensor: Tensor<Float>) {
        self.init(count: tensor.count)
        tensor.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: count) }
        }
    }

    deinit { ck_floats_destroy(pointer) }

    @inlinable
    public subscript(index: Int) -> Float {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}

/// Gives memory that was freed back to the system, after work that needed much of it for a short time.
public func releaseFreedMemory() { ck_memory_trim() }
