import CKernels
import Tensors

/// A matrix [rows, columns] in the layout that the kernels multiply with: blocks of 8 rows, column by column.
public struct PackedMatrix: Sendable {
    public let rows: Int
    public let columns: Int
    public let storage: AlignedFloats

    /// - Parameter matrix: [rows, columns], or its transpose [columns, rows] when `transposed` is set.
    public init(_ matrix: Tensor<Float>, transposed: Bool = false) {
        precondition(matrix.shape.count == 2)
        rows = matrix.shape[transposed ? 1 : 0]
        columns = matrix.shape[transposed ? 0 : 1]
        storage = AlignedFloats(count: ck_packed_size(Int32(rows), Int32(columns)))
        let (rowStride, columnStride) = transposed ? (1, rows) : (columns, 1)
        matrix.withUnsafeBufferPointer {
            ck_pack_weights(
                $0.baseAddress, Int32(rows), Int32(columns), rowStride, columnStride, storage.pointer)
        }
    }
}

/// The matrix product C = A·B.
///
/// - Parameters:
///   - a: [M, K].
///   - b: [K, N].
/// - Returns: [M, N].
public func matrixMultiply(
    _ a: Tensor<Float>, _ b: Tensor<Float>, pool: ThreadPool? = nil, kernels: Kernels = .default
) -> Tensor<Float> {
    matrixMultiply(PackedMatrix(a), b, pool: pool, kernels: kernels)
}

/// The matrix product C = A·B with A packed once for several products.
public func matrixMultiply(
    _ a: PackedMatrix, _ b: Tensor<Float>, pool: ThreadPool? = nil, kernels: Kernels = .default
) -> Tensor<Float> {
    precondition(b.shape.count == 2 && a.columns == b.shape[0], "shapes do not chain")
    let pool = pool ?? ThreadPool(threads: 1)
    let scratch = AlignedFloats(count: pool.threads * a.columns * Int(CK_PANEL))
    var c = Tensor<Float>(uninitialized: [a.rows, b.shape[1]])
    c.withUnsafeMutableBufferPointer { c in
        b.withUnsafeBufferPointer { b in
            ck_run_multiply(
                kernels.table, pool.handle, a.storage.pointer, b.baseAddress, c.baseAddress, Int32(a.rows),
                Int32(a.columns), Int32(c.count / max(a.rows, 1)), scratch.pointer)
        }
    }
    return c
}
