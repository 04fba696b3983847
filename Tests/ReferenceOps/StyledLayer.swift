import Tensors

/// The weights of one layer that a style modulates: y = conv(s·x)·…, with s = scale·(A·w + b).
///
/// Demodulation does not appear: for frozen weights it is a factor per output channel, folded into `weight`.
public struct ReferenceStyledLayer<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    public var styleWeight: Tensor<Scalar>
    public var styleBias: Tensor<Scalar>
    /// 1/√(fan-in of the convolution).
    public var scale: Scalar
    /// [C, 1, 3, 3] where the layer is depthwise-separable.
    public var depthwise: Tensor<Scalar>?
    /// [O, C, K, K]: dense 3×3, or the pointwise half of a separable layer.
    public var weight: Tensor<Scalar>
    public var bias: Tensor<Scalar>
    /// Absent where no noise and no activation follow (the layer that makes the picture).
    public var noiseStrength: Scalar?

    public init(
        styleWeight: Tensor<Scalar>, styleBias: Tensor<Scalar>, scale: Scalar, depthwise: Tensor<Scalar>?,
        weight: Tensor<Scalar>, bias: Tensor<Scalar>, noiseStrength: Scalar?
    ) {
        self.styleWeight = styleWeight
        self.styleBias = styleBias
        self.scale = scale
        self.depthwise = depthwise
        self.weight = weight
        self.bias = bias
        self.noiseStrength = noiseStrength
    }

    /// What the backward pass needs of a forward pass.
    public struct Cache: Sendable {
        let x, style, y: Tensor<Scalar>
    }

    /// - Parameters:
    ///   - x: [C, H, W].
    ///   - w: [styleDim].
    ///   - noise: [H, W] or nil.
    /// - Returns: [O, H, W].
    public func forward(
        _ x: Tensor<Scalar>, w: Tensor<Scalar>, noise: Tensor<Scalar>?
    ) -> (y: Tensor<Scalar>, cache: Cache) {
        let style = Reference.linear(w, weight: styleWeight, bias: styleBias).map { scale * $0 }
        var y = Reference.modulate(x, style: style)
        if let depthwise { y = Reference.convolution(y, weight: depthwise, groups: x.shape[0]) }
        y = Reference.convolution(y, weight: weight)
        if let noiseStrength {
            y = Reference.noiseBiasLeakyReLU(y, noise: noise, strength: noiseStrength, bias: bias)
        } else {
            let area = y.count / y.shape[0]
            for p in 0..<y.count { y[p] += bias[p / area] }
        }
        return (y, Cache(x: x, style: style, y: y))
    }

    public func backward(
        _ dy: Tensor<Scalar>, cache: Cache
    ) -> (dx: Tensor<Scalar>, dw: Tensor<Scalar>, dNoise: Tensor<Scalar>?) {
        var gradient = dy
        var dNoise: Tensor<Scalar>?
        if let noiseStrength {
            let result = Reference.noiseBiasLeakyReLUBackward(dy, y: cache.y, strength: noiseStrength)
            gradient = result.dx
            dNoise = result.dNoise
        }
        gradient = Reference.convolutionBackward(gradient, weight: weight)
        if let depthwise {
            gradient = Reference.convolutionBackward(
                gradient, weight: depthwise, groups: depthwise.shape[0])
        }
        let (dx, dStyle) = Reference.modulateBackward(gradient, x: cache.x, style: cache.style)
        let dw = Reference.linearBackward(dStyle.map { scale * $0 }, weight: styleWeight)
        return (dx, dw, dNoise)
    }
}
