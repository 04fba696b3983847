import Tensors

/// How a file stores a mapping network.
package struct MappingLayout {
    /// The names of layer i, counted from 0, without their ending.
    var layer: (Int) -> String
    /// What joins the ending to a layer's name.
    var separator = "."
    /// Whether weights are [inputs, outputs].
    var isTransposed = false
    /// The learning-rate multiplier, by which stored weights and biases are multiplied.
    var multiplier: Float = 0.01
    /// √2 stands behind the activation (StyleGAN2); in StyleGAN it is a part of the weights' scale alone.
    var activatesWithGain: Bool
    var labels = Labels.none

    enum Labels {
        case none
        /// A row for each class, normalised together with z (NVIDIA's `LabelConcat`).
        case rows(String)
        /// A linear layer and its bias, normalised apart from z (StyleGAN2-ADA); transposed in TensorFlow.
        case linear(weight: String, bias: String)
    }

    package static func pulse(prefix: String) -> MappingLayout {
        MappingLayout(layer: { "\(prefix)dense\($0)" }, activatesWithGain: false)
    }

    package static func rosinality(prefix: String) -> MappingLayout {
        MappingLayout(layer: { "\(prefix)style.\($0 + 1)" }, activatesWithGain: true)
    }

    package static func ada(prefix: String, multiplier: Float) -> MappingLayout {
        MappingLayout(
            layer: { "\(prefix)fc\($0)" }, multiplier: multiplier, activatesWithGain: true,
            labels: .linear(weight: prefix + "embed.weight", bias: prefix + "embed.bias"))
    }

    package static func tensorFlow(_ table: TensorTable, multiplier: Float, isStyleGAN2: Bool)
        -> MappingLayout
    {
        let embedding = "mapping/LabelEmbed/weight"
        return MappingLayout(
            layer: { "mapping/Dense\($0)" }, separator: "/", isTransposed: true, multiplier: multiplier,
            activatesWithGain: isStyleGAN2,
            labels: table.has(embedding)
                ? .linear(weight: embedding, bias: "mapping/LabelEmbed/bias")
                : .rows("mapping/LabelConcat/weight"))
    }
}

extension MappingNetwork {
    /// Takes the network from a table, if it is there.
    /// - Throws: ``ModelError`` naming the first tensor that is missing or of another shape.
    package static func take(_ table: inout TensorTable, _ layout: MappingLayout) throws -> MappingNetwork? {
        func name(_ i: Int, _ part: String) -> String { layout.layer(i) + layout.separator + part }
        // The last layer of which anything is left: one that is missing before it is missed by its name.
        let last = (0..<64).last { table.has(name($0, "weight")) || table.has(name($0, "bias")) }
        guard let last else { return nil }
        var (weights, biases): ([Tensor<Float>], [Tensor<Float>]) = ([], [])
        let form = layout.isTransposed ? StoredForm.transposed : .same
        let root = Float(2).squareRoot()
        while weights.count <= last {
            let weight = name(weights.count, "weight")
            let outputs = try table.extent(0, of: weight, form: form)
            let inputs = try table.extent(1, of: weight, form: form)
            if let before = weights.last, before.shape[0] != inputs {
                throw ModelError.tensorShape(
                    file: table.file, tensor: weight, found: try table.shape(of: weight),
                    expected: form.storedShape(of: [outputs, before.shape[0]]), network: table.network)
            }
            var scaled = form
            scaled.factor = root * layout.multiplier / Float(max(inputs, 1)).squareRoot()
            let bias = name(weights.count, "bias")
            biases.append(
                try table.take(
                    bias, shape: [outputs],
                    form: StoredForm(factor: layout.multiplier * (layout.activatesWithGain ? root : 1))))
            weights.append(try table.take(weight, shape: [outputs, inputs], form: scaled))
        }
        let classes = try classes(&table, layout)
        guard weights[0].shape[1] > classes.table?.shape[1] ?? 0 else {
            throw ModelError.declined(
                file: table.file, DeclinedNetwork("a mapping network that takes no latent"))
        }
        return MappingNetwork(
            weights: weights, biases: biases, classes: classes.table, normalisesJointly: classes.isJoint,
            gain: 1)
    }

    /// What stands for each class.
    private static func classes(
        _ table: inout TensorTable, _ layout: MappingLayout
    ) throws -> (table: Tensor<Float>?, isJoint: Bool) {
        switch layout.labels {
        case .rows(let name) where table.has(name):
            let shape = try table.shape(of: name)
            guard shape.count == 2 else {
                throw ModelError.tensorShape(
                    file: table.file, tensor: name, found: shape, expected: nil, network: table.network)
            }
            return (try table.take(name, shape: shape), true)
        case .linear(let name, let bias) where table.has(name) || table.has(bias):
            // A label is 1 for its class and 0 for others, so the layer picks a column of its weight.
            let form = layout.isTransposed ? StoredForm.same : .transposed
            let count = try table.extent(0, of: name, form: form)
            let size = try table.extent(1, of: name, form: form)
            var scaled = form
            scaled.factor = 1 / Float(max(count, 1)).squareRoot()
            var classes = try table.take(name, shape: [count, size], form: scaled)
            let offset = try table.take(bias, shape: [size])
            for row in 0..<count {
                var sum = 0.0
                for i in row * size..<(row + 1) * size {
                    classes[i] += offset[i % size]
                    sum += Double(classes[i]) * Double(classes[i])
                }
                let factor = Float(1 / (sum / Double(size) + 1e-8).squareRoot())
                for i in row * size..<(row + 1) * size { classes[i] *= factor }
            }
            return (classes, false)
        default: return (nil, false)
        }
    }
}
