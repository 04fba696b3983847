import Checkpoints
import Tensors

extension MappingNetwork {
    /// Whether a graph looks like a mapping network, by the operations in it.
    package static func detect(_ graph: OpenVINOGraph) -> Bool {
        let types = Set(graph.layers.map(\.type))
        return types.isSuperset(of: ["MatMul", "PReLU", "ReduceMean"]) && !types.contains("Convolution")
    }

    /// Reads the mapping network from its OpenVINO graph, in which the learning-rate and He scaling are
    /// multiplied into weights and biases already.
    ///
    /// - Throws: ``CheckpointError`` naming the first layer that a mapping network does not have.
    package init(_ graph: OpenVINOGraph) throws(CheckpointError) {
        var walk = OpenVINOWalk(graph)
        let parameter = OpenVINOWalk.Source(layer: try walk.only("Parameter"), output: 0)
        let result = try walk.only("Result")
        guard var source = graph.layers[result].inputs.first, let size = graph.shape(parameter).last else {
            throw graph.unexpected(result, expected: "the mapping network's result")
        }
        var (weights, biases): ([Tensor<Float>], [Tensor<Float>]) = ([], [])
        while true {
            let (factor, inner) = try walk.enterWithConstantOrNormalisation(source)
            guard let factor else { break }
            try walk.expect(factor, toHold: [Float(2).squareRoot()], role: "the gain √2")
            let (weight, bias, input) = try walk.enterLinearLayer(inner, size: size)
            weights.insert(weight, at: 0)
            biases.insert(bias, at: 0)
            source = input
        }
        try walk.enterPixelNorm(source, of: parameter)
        try walk.finish()
        guard !weights.isEmpty else { throw graph.unexpected(result, expected: "at least one linear layer") }
        self.init(weights: weights, biases: biases, gain: Float(2).squareRoot())
    }
}

extension OpenVINOWalk {
    /// At the output of a layer: the gain's constant and what it multiplies; no constant where the source is
    /// the pixel norm's product of two computed values.
    fileprivate mutating func enterWithConstantOrNormalisation(
        _ source: Source
    ) throws(CheckpointError) -> (constant: Int?, inner: Source) {
        let layer = graph.layers[source.layer]
        if layer.type == "Multiply", layer.inputs.allSatisfy({ graph.layers[$0.layer].constant == nil }) {
            return (nil, source)
        }
        let (constant, other) = try enterWithConstant(source, "Multiply", role: "the gain of a layer")
        return (constant, other)
    }

    /// LReLU₀.₂(W·x + b).
    fileprivate mutating func enterLinearLayer(
        _ source: Source, size: Int
    ) throws(CheckpointError) -> (weight: Tensor<Float>, bias: Tensor<Float>, input: Source) {
        let activation = try enter(source, "PReLU", inputs: 2, role: "the activation of a layer")
        try expect(activation.inputs[1].layer, toHold: [0.2], role: "the slope of the activation")
        let sum = try enter(activation.inputs[0], "Add", inputs: 2, role: "the bias of a layer")
        let isProduct = sum.inputs.map { graph.layers[$0.layer].type == "MatMul" }
        guard isProduct[0] != isProduct[1] else {
            throw graph.unexpected(activation.inputs[0].layer, expected: "a product plus a bias")
        }
        let (product, bias) = isProduct[0] ? (sum.inputs[0], sum.inputs[1]) : (sum.inputs[1], sum.inputs[0])
        let matrix = try enterProduct(product, inputSize: size, outputSize: size)
        return (matrix.weight, try vector(bias, size: size), matrix.input)
    }

    /// x·Wᵀ with a constant W [outputSize, inputSize].
    mutating func enterProduct(
        _ source: Source, inputSize: Int, outputSize: Int
    ) throws(CheckpointError) -> (weight: Tensor<Float>, input: Source, weightLayer: Int) {
        let layer = try enter(source, "MatMul", inputs: 2, role: "a linear layer")
        guard layer.attributes["transpose_a"] ?? "false" == "false", layer.attributes["transpose_b"] == "true"
        else { throw graph.unexpected(source.layer, expected: "a product x·Wᵀ") }
        let index = layer.inputs[1].layer
        let weight = try tensor(index, shape: [outputSize, inputSize], role: "the weight of a linear layer")
        return (weight, layer.inputs[0], index)
    }

    /// A constant [size], as it is or through a Reshape to [1, size].
    private mutating func vector(_ source: Source, size: Int) throws(CheckpointError) -> Tensor<Float> {
        guard graph.layers[source.layer].type == "Reshape" else {
            let shape = graph.shape(source)
            return try tensor(
                source.layer, shape: shape == [size] ? [size] : [1, size], role: "the bias of a layer"
            ).reshaped([size])
        }
        let layer = try enter(source, "Reshape", inputs: 2, role: "the bias of a layer")
        try expect(layer.inputs[1], toCompute: [1, size], role: "the shape of a bias")
        return try tensor(layer.inputs[0].layer, shape: [size], role: "the bias of a layer")
    }

    /// x · (1 / √(mean(x²) + 10⁻⁸)).
    fileprivate mutating func enterPixelNorm(_ source: Source, of parameter: Source) throws(CheckpointError) {
        let product = try enter(source, "Multiply", inputs: 2, role: "the pixel norm")
        guard product.inputs.contains(parameter),
            var inner = product.inputs.first(where: { $0 != parameter })
        else { throw graph.unexpected(source.layer, expected: "the input times its inverse norm") }
        let (one, reciprocal) = try enterWithConstant(
            inner, "Multiply", role: "the numerator of the pixel norm")
        try expect(one, toHold: [1], role: "the numerator of the pixel norm")
        inner = try enterPower(reciprocal, exponent: -1)
        inner = try enterPower(inner, exponent: 0.5)
        let (epsilon, mean) = try enterWithConstant(inner, "Add", role: "the pixel norm's epsilon")
        try expect(epsilon, toHold: [1e-8], role: "the pixel norm's epsilon")
        let reduction = try enter(mean, "ReduceMean", inputs: 2, role: "the mean of the pixel norm")
        try expect(reduction.inputs[1], toCompute: [1], role: "the axis of the mean")
        guard try enterPower(reduction.inputs[0], exponent: 2) == parameter else {
            throw graph.unexpected(mean.layer, expected: "the mean of the input's squares")
        }
    }

    private mutating func enterPower(_ source: Source, exponent: Float) throws(CheckpointError) -> Source {
        let layer = try enter(source, "Power", inputs: 2, role: "a power in the pixel norm")
        try expect(layer.inputs[1].layer, toHold: [exponent], role: "an exponent of the pixel norm")
        return layer.inputs[0]
    }
}
