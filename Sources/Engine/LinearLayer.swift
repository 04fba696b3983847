import CKernels
import Tensors

/// y = A·x + b for one vector at a time.
public struct LinearLayer: Sendable {
    public let rows: Int
    public let columns: Int
    let matrix: AlignedFloats
    let bias: AlignedFloats?

    /// - Parameters:
    ///   - matrix: [rows, columns].
    ///   - bias: [rows].
    public init(matrix: Tensor<Float>, bias: Tensor<Float>?) {
        precondition(matrix.shape.count == 2 && (bias == nil || bias?.count == matrix.shape[0]))
        (rows, columns) = (matrix.shape[0], matrix.shape[1])
        self.matrix = AlignedFloats(matrix)
        self.bias = bias.map(AlignedFloats.init)
    }

    /// A layer without bias on a matrix that was made in its place.
    /// - Parameter matrix: [rows, columns]; not changed any more.
    public init(rows: Int, columns: Int, matrix: AlignedFloats) {
        precondition(matrix.count == rows * columns, "the matrix is of another size")
        (self.rows, self.columns, self.matrix, bias) = (rows, columns, matrix, nil)
    }

    /// Several layers that read the same vector, one below the other.
    /// - Parameter parts: for each, its matrix [rows, columns] and its bias [rows], unit axes allowed.
    public init(stacking parts: [(matrix: Tensor<Float>, bias: Tensor<Float>)]) {
        columns = parts[0].matrix.shape[1]
        rows = parts.reduce(0) { $0 + $1.bias.count }
        let (matrix, bias) = (AlignedFloats(count: rows * columns), AlignedFloats(count: rows))
        var row = 0
        for part in parts {
            precondition(part.matrix.shape == [part.bias.count, columns])
            matrix.copy(part.matrix, at: row * columns)
            bias.copy(part.bias, at: row)
            row += part.bias.count
        }
        (self.matrix, self.bias) = (matrix, bias)
    }

    private var arguments: ck_linear {
        ck_linear(rows: Int32(rows), columns: Int32(columns), matrix: matrix.pointer, bias: bias?.pointer)
    }

    /// y = A·x + b.
    public func forward(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, workspace: Workspace
    ) {
        var layer = arguments
        ck_run_linear_forward(workspace.kernels.table, workspace.pool.handle, &layer, x, y)
    }

    /// dx = Aᵀ·dy, or dx += Aᵀ·dy.
    public func backward(
        _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, accumulate: Bool,
        workspace: Workspace
    ) {
        var layer = arguments
        ck_run_linear_backward(
            workspace.kernels.table, workspace.pool.handle, &layer, dy, dx, accumulate ? 1 : 0)
    }
}
