import Tensors

/// A tensor of a checkpoint: its shape is known, its numbers are read when they are asked for.
public struct CheckpointTensor: Sendable {
    /// What messages call it.
    public internal(set) var name: String
    public let shape: [Int]
    public let elementType: ElementType

    let storage: NumberStorage
    /// Position of the first number in the storage, and the step along each axis, in numbers.
    let offset: Int
    let strides: [Int]

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// A view into a storage.
    ///
    /// - Parameter strides: nil for row-major order.
    /// - Throws: ``CheckpointError`` if the shape or the steps are impossible, if the view leaves the storage,
    ///   or if it would make much more of the storage than is there.
    ///
    /// The name is for these messages only; who finds the tensor's place in a network names it.
    init(
        name: String, shape: [Int], strides: [Int]? = nil, offset: Int = 0, storage: NumberStorage
    ) throws(CheckpointError) {
        self.name = ""
        self.shape = shape
        self.storage = storage
        self.offset = offset
        elementType = storage.elementType
        func refuse(_ problem: CheckpointError.Problem) -> CheckpointError {
            CheckpointError(file: storage.file, problem: problem)
        }
        let size = MemoryLayout<Float>.size
        guard let bytes = ElementType.float64.byteCount(ofShape: shape), offset >= 0,
            strides?.count ?? shape.count == shape.count, strides?.allSatisfy({ $0 >= 0 }) ?? true
        else { throw refuse(.impossibleShape(tensor: name)) }
        let floats = bytes / 8 * size
        let limit = max(storage.byteCount, Self.repeatedLimit)
        guard floats <= limit else {
            throw refuse(.tensorTooLarge(tensor: name, bytes: floats, limit: limit))
        }
        self.strides = strides ?? Self.rowMajor(shape)
        guard let last = Self.last(shape, self.strides, offset) else {
            throw refuse(.impossibleShape(tensor: name))
        }
        guard last < storage.count else {
            throw refuse(.viewOutOfRange(tensor: name, needed: last + 1, available: storage.count))
        }
    }

    /// Bytes in single precision that a tensor may take although its storage has fewer: half precision and
    /// small integers widen, and a view may repeat numbers.
    static let repeatedLimit = 96 << 20

    static func rowMajor(_ shape: [Int]) -> [Int] {
        var (strides, step) = ([Int](repeating: 1, count: shape.count), 1)
        for axis in shape.indices.reversed() {
            strides[axis] = step
            step *= max(shape[axis], 1)
        }
        return strides
    }

    /// The largest position of the view, −1 if it is empty, nil if that does not fit an `Int`.
    private static func last(_ shape: [Int], _ strides: [Int], _ offset: Int) -> Int? {
        if shape.contains(0) { return -1 }
        var last = offset
        for (extent, stride) in zip(shape, strides) {
            let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
            let (sum, carry) = last.addingReportingOverflow(step)
            if overflow || carry { return nil }
            last = sum
        }
        return last
    }

    /// The tensor in single precision; half precision widens, double precision rounds.
    /// - Throws: ``CheckpointError`` if its bytes cannot be read, or are not convertible.
    public func tensor() throws(CheckpointError) -> Tensor<Float> {
        try tensor(as: Float.self)
    }

    /// The tensor in the precision asked for.
    /// - Throws: ``CheckpointError`` if its bytes cannot be read, or are not convertible.
    public func tensor<Scalar: BinaryFloatingPoint & Sendable>(
        as scalar: Scalar.Type
    ) throws(CheckpointError) -> Tensor<Scalar> {
        if count == 0 { return Tensor(zeros: shape) }
        let end = (Self.last(shape, strides, offset) ?? offset) + 1
        let numbers = try storage.withBytes(of: offset..<end) { bytes -> Tensor<Scalar>? in
            strides == Self.rowMajor(shape)
                ? decodeTensor(bytes, as: elementType, shape: shape)
                : gathered(bytes).withUnsafeBytes { decodeTensor($0, as: elementType, shape: shape) }
        }
        guard let numbers else {
            throw CheckpointError(
                file: storage.file,
                problem: .unconvertibleElementType(tensor: name, type: elementType.rawValue))
        }
        return numbers
    }

    /// The bytes of the view in row-major order.
    private func gathered(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let size = elementType.byteCount
        return [UInt8](unsafeUninitializedCapacity: count * size) { target, filled in
            var index = [Int](repeating: 0, count: shape.count)
            var position = 0
            let out = UnsafeMutableRawBufferPointer(target)
            while filled < out.count {
                let source = UnsafeRawBufferPointer(rebasing: bytes[position * size..<(position + 1) * size])
                UnsafeMutableRawBufferPointer(rebasing: out[filled..<filled + size]).copyMemory(from: source)
                filled += size
                for axis in shape.indices.reversed() {
                    index[axis] += 1
                    position += strides[axis]
                    if index[axis] < shape[axis] { break }
                    position -= index[axis] * strides[axis]
                    index[axis] = 0
                }
            }
        }
    }
}
