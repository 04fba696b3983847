import Engine
import Tensors

/// What tells one synthesis network of a family from another, and what follows from that before it is made.
package protocol SynthesisConfiguration: Codable, Sendable, Hashable {
    /// Packed for the kernels; several generators share them.
    associatedtype Weights: Sendable

    /// The family's name, as users write it: the one place where it stands.
    static var family: String { get }

    var specification: GeneratorSpecification { get }

    /// Name, without the prefix `synthesis.`, and shape of every tensor in a model file.
    var tensorShapes: [(name: String, shape: [Int])] { get }

    /// Whether the numbers describe a network at all; those of a file on disk are not to be trusted.
    var isPlausible: Bool { get }

    /// What generators will allocate.
    var memory: GeneratorMemory { get }

    /// Packs weights.
    /// - Parameter tensor: gives the tensor of a name that ``tensorShapes`` lists.
    func weights(tensor: (String) throws -> Tensor<Float>) throws -> Weights

    /// A generator with a workspace of its own.
    /// - Parameter threads: including the calling one.
    func generator(weights: Weights, threads: Int, kernels: Kernels) -> any Generator
}

extension SynthesisConfiguration {
    /// Generators on the same packed weights, one for each entry of `threads`.
    /// - Parameter whenPacked: called once the tensors are not needed any more.
    package func generators(
        threads: [Int], kernels: Kernels, tensor: (String) throws -> Tensor<Float>, whenPacked: () -> Void
    ) throws -> [any Generator] {
        // Frees tensors before the workspaces want their memory.
        let weights = try weights(tensor: tensor)
        whenPacked()
        return threads.map { generator(weights: weights, threads: $0, kernels: kernels) }
    }
}
