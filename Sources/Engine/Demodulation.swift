import Tensors

/// StyleGAN2's demodulation: the factor that gives every output channel of a styled convolution unit variance,
/// d[o] = 1 / √( Σᵢ s[i]² A[o,i] + ε ), where A[o,i] is the sum over taps of weight².
///
/// Source: Karras et al., "Analyzing and improving the image quality of StyleGAN" (2020), §2.2, equation 3.
public struct Demodulation: Sendable {
    static let epsilon: Float = 1e-8
    private let norms: LinearLayer

    public var channelsIn: Int { norms.columns }
    public var channelsOut: Int { norms.rows }

    /// - Parameters:
    ///   - weight: [channelsOut, channelsIn, 3, 3].
    ///   - weightScale: multiplies `weight`.
    public init(weight: Tensor<Float>, weightScale: Float = 1) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let taps = weight.count / max(outputs * inputs, 1)
        var matrix = Tensor<Float>(zeros: [outputs, inputs])
        matrix.withUnsafeMutableBufferPointer { matrix in
            weight.withUnsafeBufferPointer { weight in
                for pair in 0..<matrix.count {
                    var total: Float = 0
                    for tap in pair * taps..<(pair + 1) * taps { total += weight[tap] * weight[tap] }
                    matrix[pair] = weightScale * weightScale * total
                }
            }
        }
        norms = LinearLayer(matrix: matrix, bias: nil)
    }

    /// d from the style.
    /// - Parameters:
    ///   - style: [channelsIn].
    ///   - squares: scratch, [channelsIn].
    ///   - d: receives [channelsOut].
    public func forward(
        style: AlignedFloats, squares: AlignedFloats, into d: AlignedFloats, workspace: Workspace
    ) {
        for i in 0..<channelsIn { squares[i] = style[i] * style[i] }
        norms.forward(squares.pointer, into: d.pointer, workspace: workspace)
        for o in 0..<channelsOut { d[o] = 1 / (d[o] + Self.epsilon).squareRoot() }
    }

    /// Adds ∂loss/∂style, given ∂loss/∂d.
    /// - Parameters:
    ///   - d: what `forward` wrote.
    ///   - dD: [channelsOut]; used up.
    ///   - squares: scratch, [channelsIn].
    public func backward(
        d: AlignedFloats, dD: AlignedFloats, style: AlignedFloats, squares: AlignedFloats,
        addingTo dStyle: AlignedFloats, workspace: Workspace
    ) {
        for o in 0..<channelsOut { dD[o] *= -d[o] * d[o] * d[o] }
        norms.backward(dD.pointer, into: squares.pointer, accumulate: false, workspace: workspace)
        for i in 0..<channelsIn { dStyle[i] += style[i] * squares[i] }
    }
}
