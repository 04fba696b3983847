/// The matrix product C = A·B.
///
/// - Parameters:
///   - a: [M, K].
///   - b: [K, N].
/// - Returns: [M, N].
public func matrixMultiply(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Tensor<Float> {
    precondition(a.shape.count == 2 && b.shape.count == 2 && a.shape[1] == b.shape[0], "shapes do not chain")
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    var c = Tensor<Float>(zeros: [m, n])
    c.withUnsafeMutableBufferPointer { c in
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for i in 0..<m {
                    for l in 0..<k {
                        let value = a[i * k + l]
                        for j in 0..<n { c[i * n + j] += value * b[l * n + j] }
                    }
                }
            }
        }
    }
    return c
}
