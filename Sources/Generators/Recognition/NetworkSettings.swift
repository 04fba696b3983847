import Checkpoints

/// Settings that NVIDIA's files record beside the weights; names and shapes do not tell them.
package struct NetworkSettings {
    let file: String
    package private(set) var clamp: Float?
    /// The mapping network's learning-rate multiplier.
    package private(set) var multiplier: Float = 0.01

    /// Of a TensorFlow network: what was given to its build function.
    /// - Throws: ``ModelError/declined(file:_:)`` for a setting that changes the computation.
    package init(tensorFlow network: CheckpointNetwork, file: String) throws(ModelError) {
        self.file = file
        let settings = network.attributes["static_kwargs"]
        for (name, values) in Self.tensorFlowDefaults { try expect(settings?[name], name, values) }
        clamp = try number(settings?["conv_clamp"], "conv_clamp")
        multiplier = try number(settings?["mapping_lrmul"], "mapping_lrmul") ?? multiplier
    }

    /// Of a StyleGAN2-ADA generator: what was given to its initialiser; nothing is known of a plain table.
    /// - Throws: ``ModelError/declined(file:_:)`` for a setting that changes the computation.
    package init(ada network: CheckpointNetwork, file: String) throws(ModelError) {
        self.file = file
        let settings = network.attributes["init_kwargs"]
        let (synthesis, mapping) = (settings?["synthesis_kwargs"], settings?["mapping_kwargs"])
        try expect(synthesis?["architecture"], "architecture", [.string("skip")])
        try expect(synthesis?["activation"], "activation", [.string("lrelu")])
        try expect(mapping?["activation"], "activation", [.string("lrelu")])
        try expect(synthesis?["resample_filter"], "resample_filter", [.numbers([1, 3, 3, 1])])
        clamp = try number(synthesis?["conv_clamp"], "conv_clamp")
        multiplier = try number(mapping?["lr_multiplier"], "lr_multiplier") ?? multiplier
    }

    private enum Value {
        case string(String)
        case bool(Bool)
        case numbers([Double])
    }

    /// Build arguments that other values of would make another network, with those values that are understood.
    private static let tensorFlowDefaults: [(String, [Value])] = [
        ("architecture", [.string("skip")]), ("nonlinearity", [.string("lrelu")]),
        ("mapping_nonlinearity", [.string("lrelu")]), ("use_wscale", [.bool(true)]),
        ("use_styles", [.bool(true)]),
        ("use_noise", [.bool(true)]), ("const_input_layer", [.bool(true)]),
        ("use_pixel_norm", [.bool(false)]),
        ("use_instance_norm", [.bool(true)]), ("normalize_latents", [.bool(true)]),
        ("fused_scale", [.string("auto")]), ("blur_filter", [.numbers([1, 2, 1])]),
        ("resample_kernel", [.numbers([1, 3, 3, 1])]),
    ]

    private func expect(_ value: CheckpointValue?, _ name: String, _ accepted: [Value]) throws(ModelError) {
        guard let value else { return }
        if case .none = value { return }
        let matches = accepted.contains { expected in
            switch expected {
            case .string(let text): value.string == text
            case .bool(let flag): value.bool == flag
            case .numbers(let list): value.elements?.compactMap(\.double) == list
            }
        }
        guard matches else {
            throw .declined(
                file: file,
                DeclinedNetwork("a generator built with another '\(name)' than the published ones"))
        }
    }

    private func number(_ value: CheckpointValue?, _ name: String) throws(ModelError) -> Float? {
        guard let value else { return nil }
        if case .none = value { return nil }
        guard let number = value.double, number.isFinite, number > 0 else {
            throw .declined(
                file: file, DeclinedNetwork("a generator whose '\(name)' is not a number above 0"))
        }
        return Float(number)
    }
}
