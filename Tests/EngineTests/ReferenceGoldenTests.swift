import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The reference operations give PyTorch's numbers, forward and backward, in Double.
@Suite struct ReferenceGoldenTests {
    let golden: Golden

    init() throws { golden = try Golden("ops") }

    private func get(_ name: String) throws -> Tensor<Double> { try golden.tensor(name) }

    private func check(_ actual: Tensor<Double>, _ name: String) throws {
        try expectClose(actual.reshaped(get(name).shape), get(name), absolute: 1e-10, relative: 1e-10, name)
    }

    @Test func linear() throws {
        let weight = try get("linear.weight")
        try check(
            Reference.linear(get("linear.input"), weight: weight, bias: get("linear.bias")), "linear.y")
        try check(Reference.linearBackward(get("linear.dy"), weight: weight), "linear.d_input")
    }

    @Test(arguments: [
        "dense.0", "dense.1", "dense.2", "dense.3", "depthwise.0", "depthwise.1", "depthwise.2",
        "depthwise.3", "pointwise.0", "pointwise.1", "pointwise.2",
    ])
    func convolution(_ name: String) throws {
        let weight = try get("\(name).weight")
        let groups = name.hasPrefix("depthwise") ? weight.shape[0] : 1
        try check(Reference.convolution(get("\(name).x"), weight: weight, groups: groups), "\(name).y")
        try check(
            Reference.convolutionBackward(get("\(name).dy"), weight: weight, groups: groups), "\(name).d_x")
    }

    @Test(arguments: [0, 1, 2]) func inverseHaar(_ number: Int) throws {
        let name = "haar.\(number)"
        try check(Reference.inverseHaar(get("\(name).x")), "\(name).y")
        try check(Reference.inverseHaarBackward(get("\(name).dy")), "\(name).d_x")
    }

    @Test(arguments: [0, 1, 2]) func modulatedInverseHaar(_ number: Int) throws {
        let name = "modulated_haar.\(number)"
        let (x, style) = try (get("\(name).x"), get("\(name).style"))
        try check(Reference.inverseHaar(Reference.modulate(x, style: style)), "\(name).y")
        let (dx, dStyle) = try Reference.modulateBackward(
            Reference.inverseHaarBackward(get("\(name).dy")), x: x, style: style)
        try check(dx, "\(name).d_x")
        try check(dStyle, "\(name).d_style")
    }

    @Test func noiseBiasLeakyReLU() throws {
        let strength = try get("activation.strength")[0]
        let y = try Reference.noiseBiasLeakyReLU(
            get("activation.x"), noise: get("activation.noise"), strength: strength,
            bias: get("activation.bias"))
        try check(y, "activation.y")
        let (dx, dNoise) = try Reference.noiseBiasLeakyReLUBackward(
            get("activation.dy"), y: y, strength: strength)
        try check(dx, "activation.d_x")
        try check(dNoise, "activation.d_noise")
    }

    @Test(arguments: ["separable.0", "separable.1", "separable.2", "dense_layer", "to_image"])
    func styledLayer(_ name: String) throws {
        let layer = try ReferenceStyledLayer<Double>(golden: golden, case: name)
        let noise: Tensor<Double>? = golden.contains("\(name).noise") ? try get("\(name).noise") : nil
        let (y, cache) = try layer.forward(get("\(name).x"), w: get("\(name).w"), noise: noise)
        try check(y, "\(name).y")
        let (dx, dw, dNoise) = try layer.backward(get("\(name).dy"), cache: cache)
        try check(dx, "\(name).d_x")
        try check(dw, "\(name).d_w")
        if noise != nil { try check(#require(dNoise), "\(name).d_noise") }
    }
}

extension ReferenceStyledLayer {
    /// The layer of one case of `ops.safetensors`.
    init(golden: Golden, case name: String) throws {
        func get(_ part: String) throws -> Tensor<Scalar> { try golden.tensor("\(name).\(part)") }
        let weight = try get("weight")
        let depthwise = golden.contains("\(name).depthwise") ? try get("depthwise") : nil
        let taps = depthwise == nil ? weight.shape[2] * weight.shape[3] : 9
        let styled = golden.contains("\(name).strength")
        try self.init(
            styleWeight: get("style_weight"), styleBias: get("style_bias"),
            scale: 1 / Scalar(weight.shape[1] * taps).squareRoot(), depthwise: depthwise, weight: weight,
            bias: get("bias"), noiseStrength: styled ? get("strength")[0] : nil)
    }
}
