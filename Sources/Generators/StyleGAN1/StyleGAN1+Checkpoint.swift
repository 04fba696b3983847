import Tensors

/// How a file names the tensors of StyleGAN's synthesis network, compared with the model file.
package enum StyleGAN1Layout: Sendable {
    /// PULSE's `G_synthesis`, which the model file follows.
    case pulse
    /// NVIDIA's `G_synthesis` in TensorFlow.
    case tensorFlow

    /// Where the tensor that the model file calls `name` is in the file.
    func source(of name: String) -> (name: String, form: StoredForm) {
        guard case .tensorFlow = self else { return (name, .same) }
        let parts = name.split(separator: ".").map(String.init)
        if parts[0] == "torgb" {
            return ("synthesis/ToRGB_lod0/\(parts[1])", form(ofConvolution: parts[1]))
        }
        let block = parts[1]
        let isFirst = block == "4x4"
        let layers = isFirst ? ["Const", "Conv"] : ["Conv0_up", "Conv1"]
        let scope = "synthesis/\(block)/"
        switch parts[2] {
        case "const", "bias": return (scope + "Const/" + parts[2], .same)
        case "conv", "conv0_up", "conv1":
            return (
                scope + layers[parts[2] == "conv0_up" ? 0 : 1] + "/" + parts[3], form(ofConvolution: parts[3])
            )
        default: break
        }
        let number = parts[2] == "epi1" ? 0 : 1
        let layer = scope + layers[number]
        if parts[3] == "style_mod" {
            return (layer + "/StyleMod/" + parts[5], parts[5] == "weight" ? .transposed : .same)
        }
        if parts[4] == "weight" { return (layer + "/Noise/weight", .same) }
        // A side of 4·2ⁱ has the maps 2i and 2i + 1.
        let side = Int(block.prefix { $0 != "x" }) ?? 4
        return ("synthesis/noise\(2 * (side.trailingZeroBitCount - 2) + number)", .unit(leading: 2))
    }

    private func form(ofConvolution part: String) -> StoredForm {
        part == "weight" ? StoredForm(axes: .heightWidthInputsOutputs) : .same
    }
}

/// StyleGAN's synthesis network as a checkpoint has it, under the names of the model file.
package struct StyleGAN1Checkpoint {
    package let configuration: StyleGAN1Configuration
    package let tensors: [(name: String, tensor: Tensor<Float>)]

    /// The name by which this network is known.
    package static let marker = "blocks.4x4.const"

    /// Tensors of a block behind the first, less its name.
    private static let parts = [
        "conv0_up.weight", "conv0_up.bias", "conv1.weight", "conv1.bias",
        "epi1.noise.weight", "epi1.style_mod.lin.weight", "epi1.style_mod.lin.bias",
        "epi2.noise.weight", "epi2.style_mod.lin.weight", "epi2.style_mod.lin.bias",
    ]

    /// Takes the network from a table.
    /// - Parameter prefix: of its names in the table.
    /// - Throws: ``ModelError`` naming the first tensor that is missing or of another shape.
    package init(_ table: inout TensorTable, layout: StyleGAN1Layout, prefix: String = "") throws {
        func source(_ name: String) -> (name: String, form: StoredForm) {
            let (name, form) = layout.source(of: name)
            return (prefix + name, form)
        }
        func extent(_ axis: Int, of name: String) throws -> Int {
            let (name, form) = source(name)
            return try table.extent(axis, of: name, form: form)
        }
        var channels = [try extent(1, of: Self.marker)]
        // Every block that anything is left of counts, so that what is missing of one is missed by its name.
        let sides = (1..<9).map { 4 << $0 }
        let last = sides.last { side in
            Self.parts.contains { table.has(source("blocks.\(side)x\(side).\($0)").name) }
        }
        for side in sides where side <= last ?? 4 {
            channels.append(try extent(0, of: "blocks.\(side)x\(side).conv0_up.weight"))
        }
        let styleDim = try extent(1, of: "blocks.4x4.epi1.style_mod.lin.weight")
        configuration = StyleGAN1Configuration(
            channels: channels, styleDim: styleDim, epsilon: layout == .tensorFlow ? 1e-8 : 1e-5,
            storesNoise: ([4] + sides).contains { side in
                [1, 2].contains { table.has(source("blocks.\(side)x\(side).epi\($0).noise.noise").name) }
            })
        guard configuration.isPlausible else {
            throw ModelError.declined(
                file: table.file,
                DeclinedNetwork("\(table.network) with channels \(channels) and latents of \(styleDim)"))
        }
        tensors = try configuration.tensorShapes.map { name, shape in
            let (stored, form) = source(name)
            return (name, try table.take(stored, shape: shape, form: form))
        }
        for side in channels.indices.dropFirst().map({ 4 << $0 }) {
            let blur = prefix + "blocks.\(side)x\(side).conv0_up.intermediate.kernel"
            if table.has(blur) { try table.take(filter: blur, taps: [1, 2, 1], gain: 1) }
        }
        if layout == .tensorFlow {
            // The growing network's outputs at lower resolutions, and how far it has grown.
            table.passBy {
                $0 == "synthesis/lod"
                    || $0.hasPrefix("synthesis/ToRGB_lod") && !$0.hasPrefix("synthesis/ToRGB_lod0/")
            }
        }
    }
}
