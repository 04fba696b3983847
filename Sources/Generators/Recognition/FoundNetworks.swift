import Checkpoints
import Tensors

/// The networks of one generator that a family has read.
package struct FoundNetworks {
    package struct Synthesis {
        package var configuration: any SynthesisConfiguration
        /// Under the names of the model file, without the prefix `synthesis.`.
        package var tensors: [(name: String, tensor: Tensor<Float>)]
        /// By what it was recognised.
        package var evidence: String
    }

    package struct Mapping {
        package var network: MappingNetwork
        /// What it is called in messages.
        package var title: String
    }

    package var synthesis: Synthesis?
    package var mapping: Mapping?
    /// w̄, the average latent that the training kept, [latentSize].
    package var average: Tensor<Float>?
    /// Tensors that play no part, unread.
    package var skipped: [String] = []

    package init() {}
}

/// A generator of a checkpoint while its networks are read.
package struct NetworkReading {
    package let network: CheckpointNetwork
    package let file: String
    package var table: TensorTable
    private var found = FoundNetworks()

    init(_ network: CheckpointNetwork, of generator: RecognisedGenerator, file: String) {
        self.network = network
        self.file = file
        table = TensorTable(network, root: generator.root, file: file, network: generator.family)
    }

    /// Takes a synthesis network over.
    /// - Parameters:
    ///   - key: by which it was recognised, as the table has it.
    ///   - details: what tells it from others of its kind.
    package mutating func add(
        _ configuration: some SynthesisConfiguration, _ tensors: [(name: String, tensor: Tensor<Float>)],
        key: String, details: String
    ) {
        let place = network.path.isEmpty ? "" : " in \(network.path)"
        found.synthesis = FoundNetworks.Synthesis(
            configuration: configuration, tensors: tensors, evidence: "the key \(key)\(place)\(details)")
    }

    /// Takes a mapping network over, if there is one.
    package mutating func add(_ mapping: MappingNetwork?, _ title: String) {
        found.mapping = mapping.map { FoundNetworks.Mapping(network: $0, title: title) }
    }

    /// Takes w̄ over, if the table has it.
    package mutating func addAverage(_ name: String, size: Int) throws {
        if table.has(name) { found.average = try table.take(name, shape: [size]) }
    }

    /// Closes the account of the generator. Beside it, under another root, others may stand.
    func finished() throws(ModelError) -> FoundNetworks {
        try table.finish()
        var found = found
        found.skipped = table.dead + table.outside
        return found
    }
}
