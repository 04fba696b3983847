import Foundation

/// A dense array of numbers with a shape: contiguous, row-major (NCHW for pictures and activations),
/// aligned to 64 bytes, with value semantics.
///
/// The engine computes in `Tensor<Float>`; `Tensor<Double>` exists so that the search and the reference
/// operations can be proved in double precision. There are no views and no lazy graph.
public struct Tensor<Scalar: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
    /// Extents, outermost first. An empty shape is a scalar.
    public let shape: [Int]
    @usableFromInline var storage: TensorStorage<Scalar>

    /// Number of elements: the product of `shape`.
    public var count: Int { storage.count }

    /// A tensor of zeros.
    public init(zeros shape: [Int]) {
        self.init(uninitialized: shape)
        // Zero is all bits zero in every format, and so needs no code for each of them.
        _ = memset(storage.pointer, 0, storage.count * MemoryLayout<Scalar>.stride)
    }

    /// A tensor with the given elements in row-major order; their number must equal the product of `shape`.
    public init(_ elements: some Collection<Scalar>, shape: [Int]) {
        precondition(elements.count == shape.reduce(1, *), "elements do not fill the shape")
        self.init(uninitialized: shape)
        _ = UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count)
            .update(fromContentsOf: elements)
    }

    @usableFromInline
    package init(uninitialized shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative extent")
        self.shape = shape
        storage = TensorStorage(count: shape.reduce(1, *))
    }

    /// The same elements under another shape of equal count.
    public func reshaped(_ shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "reshape changes the number of elements")
        return Tensor(shape: shape, storage: storage)
    }

    private init(shape: [Int], storage: TensorStorage<Scalar>) {
        self.shape = shape
        self.storage = storage
    }

    /// The elements in row-major order, as a fresh array.
    public var elements: [Scalar] { withUnsafeBufferPointer { Array($0) } }

    /// The element at a row-major position.
    @inlinable
    public subscript(position: Int) -> Scalar {
        get {
            precondition(position >= 0 && position < storage.count)
            return storage.pointer[position]
        }
        set {
            precondition(position >= 0 && position < storage.count)
            makeUnique()
            storage.pointer[position] = newValue
        }
    }

    @inlinable
    public func withUnsafeBufferPointer<R, E: Error>(
        _ body: (UnsafeBufferPointer<Scalar>) throws(E) -> R
    ) throws(E) -> R {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
    }

    @inlinable
    public mutating func withUnsafeMutableBufferPointer<R, E: Error>(
        _ body: (UnsafeMutableBufferPointer<Scalar>) throws(E) -> R
    ) throws(E) -> R {
        makeUnique()
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
    }

    @usableFromInline
    mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    }
}

extension Tensor: Equatable {
    public static func == (a: Tensor, b: Tensor) -> Bool {
        a.shape == b.shape
            && a.withUnsafeBufferPointer { x in b.withUnsafeBufferPointer { y in x.elementsEqual(y) } }
    }
}

extension Tensor {
    /// The tensor with every element passed through `transform`, for example into another precision.
    @inlinable
    public func map<Result>(_ transform: (Scalar) -> Result) -> Tensor<Result> {
        var result = Tensor<Result>(uninitialized: shape)
        result.withUnsafeMutableBufferPointer { target in
            withUnsafeBufferPointer { source in
                for i in source.indices { target[i] = transform(source[i]) }
            }
        }
        return result
    }

    /// Item `index` along the outermost axis, as a tensor without that axis.
    public func item(_ index: Int) -> Tensor {
        precondition(!shape.isEmpty && index >= 0 && index < shape[0])
        let inner = Array(shape.dropFirst())
        let size = inner.reduce(1, *)
        return withUnsafeBufferPointer { Tensor($0[index * size..<(index + 1) * size], shape: inner) }
    }
}

/// The memory behind a tensor: owned, 64-byte aligned, freed with its last owner.
@usableFromInline
final class TensorStorage<Scalar>: @unchecked Sendable {
    @usableFromInline let pointer: UnsafeMutablePointer<Scalar>
    @usableFromInline let count: Int

    init(count: Int) {
        self.count = count
        let bytes = max(count, 1) * MemoryLayout<Scalar>.stride
        pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            .bindMemory(to: Scalar.self, capacity: max(count, 1))
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    @usableFromInline
    func copy() -> TensorStorage {
        let copy = TensorStorage(count: count)
        copy.pointer.update(from: pointer, count: count)
        return copy
    }
}
