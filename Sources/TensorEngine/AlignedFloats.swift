/// A fixed block of floats, 64-byte aligned and zeroed: what a workspace is made of.
///
/// Activations and packed weights live here rather than in `Tensor`, because kernels hold pointers into them
/// from one call to the next.
public final class AlignedFloats: @unchecked Sendable {
    public let pointer: UnsafeMutablePointer<Float>
    public let count: Int

    public init(count: Int) {
        self.count = count
        let padded = max(count, 16)
        pointer = UnsafeMutableRawPointer.allocate(byteCount: padded * 4, alignment: 64)
            .bindMemory(to: Float.self, capacity: padded)
        pointer.update(repeating: 0, count: padded)
    }

    public convenience init(_ tensor: Tensor<Float>) {
        self.init(count: tensor.count)
        tensor.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: count) }
        }
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    @inlinable
    public subscript(index: Int) -> Float {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}
