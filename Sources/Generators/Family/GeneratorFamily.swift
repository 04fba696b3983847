import Checkpoints
import Foundation

/// One family of generators: all that the store, the import and the command line need to know of it.
///
/// A family's folder declares one, and the list in `Models` names it; nothing else does.
public struct GeneratorFamily: Sendable {
    /// As users read it, and as model files record it.
    public let name: String
    /// What stands behind each activation of the mapping network in its model files: 1 where it is multiplied into
    /// weights and biases.
    package let mappingGain: Float

    private let decode: @Sendable (Data) throws -> ModelConfiguration
    private let encode: @Sendable (ModelConfiguration) throws -> Data
    private let recognise: @Sendable (CheckpointNetwork) -> [Recognition]
    private let read: @Sendable (OpenVINOGraph) throws -> FoundNetworks?

    /// - Parameters:
    ///   - configuration: what tells one synthesis network of the family from another.
    ///   - record: what its model files say of themselves.
    ///   - checkpoint: finds the family's networks in a table of tensors, by their names alone, in the table's order.
    ///   - graph: reads an OpenVINO graph; nil where it is another network.
    package init<Configuration: SynthesisConfiguration, Record: ModelRecord>(
        _ configuration: Configuration.Type, record: Record.Type, mappingGain: Float = 1,
        checkpoint: @escaping @Sendable (CheckpointNetwork) -> [Recognition] = { _ in [] },
        graph: @escaping @Sendable (OpenVINOGraph) throws -> FoundNetworks? = { _ in nil }
    ) {
        name = Configuration.family
        self.mappingGain = mappingGain
        decode = { try JSONDecoder().decode(Record.self, from: $0).configuration }
        encode = { configuration in
            guard let record = Record(configuration) else {
                preconditionFailure("a configuration of another family")
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return try encoder.encode(record)
        }
        recognise = checkpoint
        read = graph
    }

    /// A family whose model files say of themselves what most do.
    package init<Configuration: SynthesisConfiguration>(
        _ configuration: Configuration.Type, mappingGain: Float = 1,
        checkpoint: @escaping @Sendable (CheckpointNetwork) -> [Recognition] = { _ in [] },
        graph: @escaping @Sendable (OpenVINOGraph) throws -> FoundNetworks? = { _ in nil }
    ) {
        self.init(
            configuration, record: StandardRecord<Configuration>.self, mappingGain: mappingGain,
            checkpoint: checkpoint, graph: graph)
    }

    /// What a model file's metadata says, as it is stored.
    /// - Throws: only if JSON encoding fails.
    package func json(_ configuration: ModelConfiguration) throws -> String {
        String(decoding: try encode(configuration), as: UTF8.self)
    }

    /// - Throws: `DecodingError` for JSON that is not the family's.
    package func configuration(json: String) throws -> ModelConfiguration { try decode(Data(json.utf8)) }

    /// The family's networks in a table of tensors, told from their names alone.
    package func recognised(in network: CheckpointNetwork) -> [Recognition] { recognise(network) }

    /// The family's networks in a graph; nil where it is another.
    /// - Throws: ``CheckpointError`` naming the first layer that the network does not have.
    package func networks(in graph: OpenVINOGraph) throws -> FoundNetworks? { try read(graph) }
}
