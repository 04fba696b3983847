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
