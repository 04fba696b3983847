import Engine

/// How much memory the generators of a model take, in bytes, known before any is made.
public struct GeneratorMemory: Sendable, Hashable {
    /// The packed weights, which all generators share. While they are packed, the model file's pages come on top.
    public let weights: Int
    private let workspace: WorkspaceFootprint

    package init(weights: WeightsFootprint, workspace: WorkspaceFootprint) {
        self.weights = weights.bytes
        self.workspace = workspace
    }

    /// Activations, gradients, noise and scratch of one generator on one thread.
    public var perGenerator: Int { perGenerator(threads: 1) }

    /// The same on several threads, each of which has scratch of its own.
    public func perGenerator(threads: Int) -> Int { workspace.bytes(threads: max(threads, 1)) }

    /// Weights and workspaces of `count` generators that share `threads` threads as `Model.makeGenerators` does.
    public func total(generators count: Int, threads: Int) -> Int {
        threadShares(threads, of: count).reduce(weights) { $0 + perGenerator(threads: $1) }
    }
}

/// How many threads each of `count` generators gets: as evenly as whole threads allow, and one at least.
package func threadShares(_ threads: Int, of count: Int) -> [Int] {
    (0..<count).map { max(threads / count + ($0 < threads % count ? 1 : 0), 1) }
}
