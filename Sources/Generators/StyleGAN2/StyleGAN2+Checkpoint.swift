import Tensors

/// How a file names the tensors of StyleGAN2's synthesis network, compared with the model file.
package enum StyleGAN2Layout: Sendable {
    /// StyleGAN2-ADA in PyTorch, which the model file follows.
    case ada
    /// rosinality's stylegan2-pytorch.
    case rosinality
    /// NVIDIA's `G_synthesis_stylegan2` in TensorFlow.
    case tensorFlow

    /// The name of the first tensor, without the network's prefix.
    var marker: String { source(of: "b4.const", shape: [1, 4, 4]).name }

    /// Where the tensor that the model file calls `name` is in the file.
    /// - Parameter shape: in the model file.
    func source(of name: String, shape: [Int]) -> (name: String, form: StoredForm) {
        let parts = name.split(separator: ".", maxSplits: 2).map(String.init)
        let side = Int(parts[0].dropFirst()) ?? 4
        switch self {
        case .ada: return (name, .same)
        case .rosinality where parts[1] == "const": return ("input.input", .unit(leading: 1))
        case .rosinality: return rosinality(layer: parts[1], part: parts[2], block: block(side), shape)
        case .tensorFlow where parts[1] == "const": return ("synthesis/4x4/Const/const", .unit(leading: 1))
        case .tensorFlow: return tensorFlow(layer: parts[1], part: parts[2], side: side, shape)
        }
    }

    private func block(_ side: Int) -> Int { side.trailingZeroBitCount - 2 }

    /// Which of the stored noise maps a layer has.
    private func noiseIndex(_ layer: String, block: Int) -> Int {
        block == 0 ? 0 : 2 * block - (layer == "conv0" ? 1 : 0)
    }

    /// These two multiply the weight by He's scale before they demodulate, ADA does not; demodulation undoes the
    /// scale, up to the ε inside it, which is right again once the scale is in the weights.
    private func scale(_ layer: String, _ shape: [Int]) -> Float {
        layer == "torgb" ? 1 : 1 / Float(shape.dropFirst().reduce(1, *)).squareRoot()
    }

    private func rosinality(
        layer: String, part: String, block: Int, _ shape: [Int]
    ) -> (name: String, form: StoredForm) {
        let isRGB = layer == "torgb"
        let name =
            isRGB
            ? (block == 0 ? "to_rgb1" : "to_rgbs.\(block - 1)")
            : (block == 0 ? "conv1" : "convs.\(2 * (block - 1) + (layer == "conv0" ? 0 : 1))")
        switch part {
        case "affine.weight": return (name + ".conv.modulation.weight", .same)
        case "affine.bias": return (name + ".conv.modulation.bias", .same)
        case "weight":
            let form = StoredForm(axes: .unit(leading: 1, trailing: 0), factor: scale(layer, shape))
            return (name + ".conv.weight", form)
        case "bias":
            return isRGB ? (name + ".bias", .unit(leading: 1, trailing: 2)) : (name + ".activate.bias", .same)
        case "noise_strength": return (name + ".noise.weight", .unit(leading: 1))
        default: return ("noises.noise_\(noiseIndex(layer, block: block))", .unit(leading: 2))
        }
    }

    private func tensorFlow(
        layer: String, part: String, side: Int, _ shape: [Int]
    ) -> (name: String, form: StoredForm) {
        let layers = ["conv0": "Conv0_up", "conv1": side == 4 ? "Conv" : "Conv1", "torgb": "ToRGB"]
        let name = "synthesis/\(side)x\(side)/\(layers[layer] ?? layer)"
        switch part {
        case "affine.weight": return (name + "/mod_weight", .transposed)
        case "affine.bias": return (name + "/mod_bias", StoredForm(summand: 1))
        case "weight":
            let form = StoredForm(
                axes: .heightWidthInputsOutputs, isFlipped: layer == "conv0", factor: scale(layer, shape))
            return (name + "/weight", form)
        case "bias": return (name + "/bias", .same)
        case "noise_strength": return (name + "/noise_strength", .same)
        default: return ("synthesis/noise\(noiseIndex(layer, block: block(side)))", .unit(leading: 2))
        }
    }
}

/// StyleGAN2's synthesis network as a checkpoint has it, under the names of the model file.
package struct StyleGAN2Checkpoint {
    package let configuration: StyleGAN2Configuration
    package let tensors: [(name: String, tensor: Tensor<Float>)]

    /// Takes the network from a table.
    /// - Parameters:
    ///   - prefix: of its names in the table.
    ///   - clamp: what the file says about it.
    /// - Throws: ``ModelError`` naming the first tensor that is missing or of another shape.
    package init(
        _ table: inout TensorTable, layout: StyleGAN2Layout, prefix: String = "", clamp: Float? = nil
    ) throws {
        // For names and axes alone, any extents do.
        func extent(_ axis: Int, of name: String, rank: Int) throws -> Int {
            let (name, form) = layout.source(of: name, shape: Array(repeating: 1, count: rank))
            return try table.extent(axis, of: prefix + name, form: form)
        }
        func has(_ name: String) -> Bool {
            table.has(prefix + layout.source(of: name, shape: [1, 1, 1, 1]).name)
        }
        let lacksSkip = ["affine.weight", "affine.bias", "weight", "bias"].allSatisfy {
            !has("b4.torgb.\($0)")
        }
        if has("b8.conv1.weight"), lacksSkip {
            throw ModelError.declined(file: table.file, .withoutSkipConnections)
        }
        var channels = [try extent(0, of: "b4.const", rank: 3)]
        // Every block that anything is left of counts, so that what is missing of one is missed by its name.
        let sides = (1..<9).map { 4 << $0 }
        let last = sides.last { side in Self.parts.contains { has("b\(side).\($0)") } } ?? 4
        for side in sides where side <= last {
            channels.append(try extent(0, of: "b\(side).conv0.weight", rank: 4))
        }
        configuration = StyleGAN2Configuration(
            channels: channels, styleDim: try extent(1, of: "b4.conv1.affine.weight", rank: 2), clamp: clamp,
            storesNoise: ([4] + sides).contains { side in
                has("b\(side).conv0.noise_const") && side > 4 || has("b\(side).conv1.noise_const")
            })
        guard configuration.isPlausible else {
            throw ModelError.declined(
                file: table.file,
                DeclinedNetwork(
                    "\(table.network) with channels \(channels) and latents of \(configuration.styleDim)"))
        }
        let outputs = try extent(0, of: "b4.torgb.weight", rank: 4)
        guard outputs == 3 else {
            throw ModelError.declined(
                file: table.file, DeclinedNetwork("a generator of pictures with \(outputs) channels, not 3"))
        }
        tensors = try configuration.tensorShapes.map { name, shape in
            let (stored, form) = layout.source(of: name, shape: shape)
            return (name, try table.take(prefix + stored, shape: shape, form: form))
        }
        for (name, gain) in Self.filters(layout, blocks: channels.count) where table.has(prefix + name) {
            try table.take(filter: prefix + name, taps: [1, 3, 3, 1], gain: gain)
        }
    }

    /// Tensors of a block behind the first, less its name.
    private static let parts = ["conv0", "conv1", "torgb"].flatMap { layer in
        ["affine.weight", "affine.bias", "weight", "bias"].map { "\(layer).\($0)" }
            + (layer == "torgb" ? [] : ["\(layer).noise_strength", "\(layer).noise_const"])
    }

    /// Filters that are stored beside the weights, and what they sum up to.
    private static func filters(_ layout: StyleGAN2Layout, blocks: Int) -> [(String, Float)] {
        var filters: [(String, Float)] = []
        for block in 0..<blocks {
            switch layout {
            case .tensorFlow: break
            case .rosinality where block > 0:
                filters.append(("convs.\(2 * (block - 1)).conv.blur.kernel", 4))
                filters.append(("to_rgbs.\(block - 1).upsample.kernel", 4))
            case .rosinality: break
            case .ada:
                for layer in ["", ".conv0", ".conv1"] {
                    filters.append(("b\(4 << block)\(layer).resample_filter", 1))
                }
            }
        }
        return filters
    }
}
