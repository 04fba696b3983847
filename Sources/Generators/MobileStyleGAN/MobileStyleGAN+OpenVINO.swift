import Checkpoints
import Tensors

/// The synthesis network of MobileStyleGAN as an OpenVINO graph holds it, under the names of the network's
/// own PyTorch modules.
///
/// In the graph, demodulation is multiplied into the pointwise (and the first, dense) weights, and noise is
/// a constant map already multiplied by its strength. The strength is recorded as the map's RMS and the map
/// divided by it, so that strength · map is the map of the graph and the map has unit variance.
///
/// Source: Belousov, "MobileStyleGAN: a lightweight convolutional neural network for high-fidelity image
/// synthesis" (2021), §3, for the network.
package struct MobileStyleGANGraph {
    /// Channels of the constant input and of each block's output.
    package private(set) var channels: [Int] = []
    package private(set) var styleSize = 0
    /// Without the prefix `synthesis.`, in the order of the computation.
    package private(set) var tensors: [(name: String, tensor: Tensor<Float>)] = []

    /// Whether a graph looks like this network, by the operations in it.
    package static func detect(_ graph: OpenVINOGraph) -> Bool {
        Set(graph.layers.map(\.type)).isSuperset(of: [
            "Convolution", "GroupConvolution", "GroupConvolutionBackpropData", "MatMul",
        ])
    }

    /// - Throws: ``CheckpointError`` naming the first layer that this network does not have.
    package init(_ graph: OpenVINOGraph) throws(CheckpointError) {
        var walk = OpenVINOWalk(graph)
        let style = OpenVINOWalk.Source(layer: try walk.only("Parameter"), output: 0)
        let result = try walk.only("Result")
        let extents = graph.shape(style)
        guard extents.count == 2, extents[0] == 1, let image = graph.layers[result].inputs.first else {
            throw graph.unexpected(style.layer, expected: "one style vector [1, size]")
        }
        styleSize = extents[1]
        var reader = MobileStyleGANWalk(walk: walk, style: style, styleSize: styleSize)

        let coefficients = try reader.inverseWavelet(image, channels: 3)
        let toImage = try reader.toImage(coefficients)
        var hidden = toImage.input
        var blocks: [[MobileStyleGANWalk.Found]] = []
        while graph.layers.count > blocks.count {
            let outer = try reader.styledConvolution(hidden)
            if outer.isDense {
                guard outer.inputChannels == outer.channels else {
                    throw graph.unexpected(hidden.layer, expected: "a first layer as wide as its input")
                }
                channels.insert(outer.channels, at: 0)
                let input = try reader.constantInput(outer.input, channels: outer.inputChannels)
                try name(outer.found, "conv1.", graph)
                try name([input], "", graph)
                break
            }
            let inner = try reader.styledConvolution(outer.input)
            guard !inner.isDense, outer.inputChannels == outer.channels else {
                throw graph.unexpected(hidden.layer, expected: "two separable convolutions in each block")
            }
            let upsampling = try reader.upsampling(inner.input, channels: 4 * inner.inputChannels)
            channels.insert(outer.channels, at: 0)
            blocks.insert(
                upsampling.found.map { $0.prefixed("up.") } + inner.found.map { $0.prefixed("conv1.") }
                    + outer.found.map { $0.prefixed("conv2.") }, at: 0)
            hidden = upsampling.input
        }
        try reader.walk.finish()
        for (index, block) in blocks.enumerated() { try name(block, "layers.\(index).", graph) }
        try name(toImage.found, "layers.\(blocks.count - 1).to_img.", graph)
        try order(blocks: blocks.count, graph)
    }

    /// Takes tensors over under their full names. Where the graph still carries the original parameter
    /// names (as `m.NAME`), they must agree with the place in the graph.
    private mutating func name(
        _ found: [MobileStyleGANWalk.Found], _ prefix: String, _ graph: OpenVINOGraph
    ) throws(CheckpointError) {
        for item in found {
            let name = prefix + item.name
            let written = graph.layers[item.layer].name
            if written.hasPrefix("m."), written != "m." + name {
                throw graph.unexpected(item.layer, expected: "the parameter \(name)")
            }
            tensors.append((name, item.tensor))
        }
    }

    /// Checks that the blocks chain and puts the input first.
    private mutating func order(blocks: Int, _ graph: OpenVINOGraph) throws(CheckpointError) {
        guard blocks > 0, channels.count == blocks + 1 else {
            throw CheckpointError(
                file: graph.file,
                problem: .unexpectedLayer(
                    layer: graph.name, type: "network", expected: "at least one upsampling block"))
        }
        let first = tensors.firstIndex { $0.name == "input.input" } ?? 0
        tensors.insert(tensors.remove(at: first), at: 0)
    }
}

/// The steps of the walk, one for each kind of part that the network is made of.
private struct MobileStyleGANWalk {
    typealias Source = OpenVINOGraph.Source

    /// A parameter, its name relative to its module, and the layer that holds it.
    struct Found {
        var name: String
        var tensor: Tensor<Float>
        var layer: Int

        func prefixed(_ prefix: String) -> Found { Found(name: prefix + name, tensor: tensor, layer: layer) }
    }

    struct Styled {
        var found: [Found]
        var input: Source
        var inputChannels: Int
        var channels: Int
        /// A dense 3×3 convolution, as the first layer has, instead of a depthwise and a pointwise one.
        var isDense: Bool
    }

    var walk: OpenVINOWalk
    let style: Source
    let styleSize: Int
    private var graph: OpenVINOGraph { walk.graph }

    init(walk: OpenVINOWalk, style: Source, styleSize: Int) {
        self.walk = walk
        self.style = style
        self.styleSize = styleSize
    }

    /// [1, C, side, side] as declared.
    private func picture(_ source: Source) throws(CheckpointError) -> (channels: Int, side: Int) {
        let shape = graph.shape(source)
        guard shape.count == 4, shape[0] == 1, shape[1] > 0, shape[2] > 0, shape[2] == shape[3],
            shape[1] <= 1 << 16, shape[2] <= 1 << 16
        else { throw graph.unexpected(source.layer, expected: "square feature maps [1, C, side, side]") }
        return (shape[1], shape[2])
    }

    // MARK: Parts

    /// x·modulation → 1×1 convolution → bias: the wavelet coefficients of the picture.
    mutating func toImage(_ source: Source) throws(CheckpointError) -> (found: [Found], input: Source) {
        let (bias, product) = try walk.enterWithConstant(source, "Add", role: "the bias of the final image")
        let biasTensor = try walk.tensor(bias, shape: [1, 12, 1, 1], role: "the bias of the final image")
        let convolution = try enterConvolution(product, "Convolution", side: 1)
        let (inputChannels, _) = try picture(convolution.input)
        let weight = try walk.tensor(
            convolution.weight, shape: [12, inputChannels, 1, 1], role: "the weight of the final image")
        let scale = 1 / Float(inputChannels).squareRoot()
        let modulated = try modulation(convolution.input, scale: scale)
        let found =
            [Found(name: "conv.weight", tensor: weight, layer: convolution.weight)]
            + modulated.found.map { $0.prefixed("conv.") }
            + [Found(name: "bias", tensor: biasTensor, layer: bias)]
        return (found, modulated.input)
    }

    /// LReLU₀.₂(convolution(x·modulation) + noise + bias).
    mutating func styledConvolution(_ source: Source) throws(CheckpointError) -> Styled {
        let (channels, side) = try picture(source)
        let activation = try walk.enter(source, "PReLU", inputs: 2, role: "an activation")
        try walk.expect(activation.inputs[1].layer, toHold: [0.2], role: "the slope of an activation")
        let (bias, noisy) = try walk.enterWithConstant(activation.inputs[0], "Add", role: "a bias")
        let biasTensor = try walk.tensor(bias, shape: [1, channels, 1, 1], role: "a bias")
        let (map, product) = try walk.enterWithConstant(noisy, "Add", role: "a noise map")
        let noise = try noiseParameters(map, side: side)
        try walk.expect(product, shape: [1, channels, side, side])

        var weights: [Found]
        let input: Source
        let kind = graph.layers[product.layer].inputs.first.map { graph.layers[$0.layer].type }
        let isDense = kind != "GroupConvolution"
        if isDense {
            let dense = try enterConvolution(product, "Convolution", side: 3)
            let inputChannels = try picture(dense.input).channels
            let weight = try walk.tensor(
                dense.weight, shape: [channels, inputChannels, 3, 3], role: "a dense 3×3 weight")
            weights = [Found(name: "weight", tensor: weight, layer: dense.weight)]
            input = dense.input
        } else {
            let pointwise = try enterConvolution(product, "Convolution", side: 1)
            let depthwise = try enterConvolution(pointwise.input, "GroupConvolution", side: 3)
            let inputChannels = try picture(depthwise.input).channels
            let weightDW = try walk.tensor(
                depthwise.weight, shape: [inputChannels, 1, 1, 3, 3], role: "a depthwise weight"
            ).reshaped([inputChannels, 1, 3, 3])
            let weightPermute = try walk.tensor(
                pointwise.weight, shape: [channels, inputChannels, 1, 1], role: "a pointwise weight")
            weights = [
                Found(name: "weight_dw", tensor: weightDW, layer: depthwise.weight),
                Found(name: "weight_permute", tensor: weightPermute, layer: pointwise.weight),
            ]
            input = depthwise.input
        }
        let inputChannels = try picture(input).channels
        try walk.expect(input, shape: [1, inputChannels, side, side])
        let modulated = try modulation(input, scale: 1 / Float(9 * inputChannels).squareRoot())
        let found =
            (weights + modulated.found).map { $0.prefixed("conv.") } + noise
            + [Found(name: "bias", tensor: biasTensor, layer: bias)]
        return Styled(
            found: found, input: modulated.input, inputChannels: inputChannels, channels: channels,
            isDense: isDense)
    }

    /// Inverse wavelet transform of modulated features: four maps of one side become one of twice the side.
    mutating func upsampling(
        _ source: Source, channels: Int
    ) throws(CheckpointError) -> (found: [Found], input: Source) {
        let coefficients = try inverseWavelet(source, channels: channels / 4)
        return try modulation(coefficients, scale: nil)
    }

    /// The constant [1, C, 4, 4] behind the operations that repeat it for a batch of one.
    mutating func constantInput(_ source: Source, channels: Int) throws(CheckpointError) -> Found {
        let shape = [1, channels, 4, 4]
        try walk.expect(source, shape: shape)
        var constant = source
        for type in ["Tile", "Broadcast"] where graph.layers[constant.layer].type == type {
            let layer = try walk.enter(constant, type, inputs: 2, role: "the constant input")
            try walk.expect(layer.inputs[1], toCompute: [1, 1, 1, 1], role: "repetitions")
            constant = layer.inputs[0]
        }
        let tensor = try walk.tensor(constant.layer, shape: shape, role: "the constant input")
        return Found(name: "input.input", tensor: tensor, layer: constant.layer)
    }

    private mutating func noiseParameters(_ index: Int, side: Int) throws(CheckpointError) -> [Found] {
        let map = try walk.tensor(index, shape: [1, 1, side, side], role: "a noise map")
        let meanSquare = map.elements.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(map.count)
        let strength = meanSquare.squareRoot()
        let unit = map.map { strength > 0 ? Float(Double($0) / strength) : 0 }
        return [
            Found(name: "noise.weight", tensor: Tensor([Float(strength)], shape: [1]), layer: index),
            Found(name: "noise.noise", tensor: unit, layer: index),
        ]
    }

    // MARK: Modulation

    /// x · reshape(A·style + b) [· scale]: the affine map A, b, and x.
    private mutating func modulation(
        _ source: Source, scale: Float?
    ) throws(CheckpointError) -> (found: [Found], input: Source) {
        let (channels, side) = try picture(source)
        let product = try walk.enter(source, "Multiply", inputs: 2, role: "a modulation")
        let factorShape = [1, channels, 1, 1]
        guard let which = product.inputs.firstIndex(where: { graph.shape($0) == factorShape }) else {
            throw graph.unexpected(source.layer, expected: "features times a modulation \(factorShape)")
        }
        var factor = product.inputs[which]
        try walk.expect(product.inputs[1 - which], shape: [1, channels, side, side])
        if let scale {
            let (constant, inner) = try walk.enterWithConstant(
                factor, "Multiply", role: "a modulation's scale")
            try walk.expect(constant, toHold: [scale], role: "the scale 1/√(inputs·k²)")
            factor = inner
        }
        let reshape = try walk.enter(factor, "Reshape", inputs: 2, role: "the shape of a modulation")
        try walk.expect(reshape.inputs[1], toCompute: factorShape, role: "the shape of a modulation")
        let (bias, sum) = try walk.enterWithConstant(reshape.inputs[0], "Add", role: "a modulation's bias")
        let biasTensor = try walk.tensor(bias, shape: [1, channels], role: "a modulation's bias")
        let affine = try walk.enterProduct(sum, inputSize: styleSize, outputSize: channels)
        guard affine.input == style else {
            throw graph.unexpected(sum.layer, expected: "a linear map of the style")
        }
        return (
            [
                Found(name: "modulation.weight", tensor: affine.weight, layer: affine.weightLayer),
                Found(name: "modulation.bias", tensor: biasTensor.reshaped([channels]), layer: bias),
            ], product.inputs[1 - which]
        )
    }

    // MARK: Convolutions

    private mutating func enterConvolution(
        _ source: Source, _ type: String, side: Int
    ) throws(CheckpointError) -> (weight: Int, input: Source) {
        let layer = try walk.enter(source, type, inputs: 2, role: "a \(side)×\(side) convolution")
        try walk.expect(source, attribute: "strides", [1, 1])
        try walk.expect(source, attribute: "dilations", [1, 1], fallback: [1, 1])
        try walk.expect(source, attribute: "pads_begin", [side / 2, side / 2])
        try walk.expect(source, attribute: "pads_end", [side / 2, side / 2])
        guard layer.attributes["auto_pad"] ?? "explicit" == "explicit" else {
            throw graph.unexpected(source.layer, expected: "explicit padding")
        }
        return (layer.inputs[1].layer, layer.inputs[0])
    }

    /// One level of inverse Haar transform: [1, 4C, h, w] → [1, C, 2h, 2w]; the first C maps are the
    /// low-pass part, the others C groups of three.
    mutating func inverseWavelet(_ source: Source, channels: Int) throws(CheckpointError) -> Source {
        let side = try picture(source).side
        try walk.expect(source, shape: [1, channels, side, side])
        let (low, high) = try synthesisPair(source, channels: channels, rows: false)
        let (lowLow, lowHigh) = try synthesisPair(low, channels: channels, rows: true)
        let (highLow, highHigh) = try synthesisPair(high, channels: channels, rows: true)

        let split = try walk.enter(
            lowLow, "VariadicSplit", inputs: 3, role: "the split of a wavelet transform")
        try walk.expect(split.inputs[1], toCompute: [1], role: "the axis of a split")
        try walk.expect(split.inputs[2], toCompute: [channels, 3 * channels], role: "the parts of a split")
        try walk.expect(split.inputs[0], shape: [1, 4 * channels, side / 2, side / 2])
        for (band, details) in [lowHigh, highLow, highHigh].enumerated() {
            let squeeze = try walk.enter(details, "Squeeze", inputs: 2, role: "a detail band")
            try walk.expect(squeeze.inputs[1], toCompute: [2], role: "the axis of a detail band")
            let bands = try walk.enter(
                squeeze.inputs[0], "VariadicSplit", inputs: 3, output: band, role: "detail band \(band)")
            try walk.expect(bands.inputs[1], toCompute: [2], role: "the axis of the detail bands")
            try walk.expect(bands.inputs[2], toCompute: [1, 1, 1], role: "the detail bands")
            let reshape = try walk.enter(bands.inputs[0], "Reshape", inputs: 2, role: "the detail bands")
            try walk.expect(
                reshape.inputs[1], toCompute: [1, channels, 3, side / 2, side / 2],
                role: "the shape of the detail bands")
            guard reshape.inputs[0] == OpenVINOGraph.Source(layer: lowLow.layer, output: 1) else {
                throw graph.unexpected(bands.inputs[0].layer, expected: "the details of the same split")
            }
        }
        return split.inputs[0]
    }

    /// a ∗ low-pass + b ∗ high-pass along one axis, with doubled extent.
    private mutating func synthesisPair(
        _ source: Source, channels: Int, rows: Bool
    ) throws(CheckpointError) -> (low: Source, high: Source) {
        let sum = try walk.enter(source, "Add", inputs: 2, role: "the sum of two wavelet bands")
        let half = Float(0.5).squareRoot()
        return (
            try synthesisFilter(sum.inputs[0], [half, half], channels: channels, rows: rows),
            try synthesisFilter(sum.inputs[1], [half, -half], channels: channels, rows: rows)
        )
    }

    private mutating func synthesisFilter(
        _ source: Source, _ taps: [Float], channels: Int, rows: Bool
    ) throws(CheckpointError) -> Source {
        let layer = try walk.enter(
            source, "GroupConvolutionBackpropData", inputs: 2, role: "a wavelet synthesis filter")
        try walk.expect(source, attribute: "strides", rows ? [2, 1] : [1, 2])
        for attribute in ["pads_begin", "pads_end", "output_padding"] {
            try walk.expect(source, attribute: attribute, [0, 0], fallback: [0, 0])
        }
        try walk.expect(source, attribute: "dilations", [1, 1], fallback: [1, 1])
        let filter = layer.inputs[1].layer
        guard
            graph.layers[filter].constant?.shape == (rows ? [channels, 1, 1, 2, 1] : [channels, 1, 1, 1, 2])
        else { throw graph.unexpected(filter, expected: "a wavelet filter of two taps") }
        try walk.expect(filter, toHold: taps, role: "a tap of the Haar wavelet")
        return layer.inputs[0]
    }
}
