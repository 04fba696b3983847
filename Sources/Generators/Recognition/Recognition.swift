import Checkpoints

/// A network of a checkpoint that a family knows, told from the names of its tensors alone.
package enum Recognition: Sendable {
    case generator(RecognisedGenerator)
    /// Known, and not supported.
    case declined(DeclinedNetwork)
}

/// A generator of a checkpoint, or a part of one.
package struct RecognisedGenerator: Sendable {
    /// The family, for messages.
    package let family: String
    /// What the names of all its tensors begin with.
    package let root: String
    /// Whether its synthesis network is there, without which it makes no picture.
    package let hasSynthesis: Bool
    private let read: @Sendable (inout NetworkReading) throws -> Void

    /// - Parameter read: takes the networks out of the reading's table; what it leaves in there is refused.
    package init(
        family: String, root: String = "", hasSynthesis: Bool = true,
        read: @escaping @Sendable (inout NetworkReading) throws -> Void
    ) {
        self.family = family
        self.root = root
        self.hasSynthesis = hasSynthesis
        self.read = read
    }

    /// Reads the networks from the table in which they were recognised.
    /// - Throws: ``ModelError`` if a tensor is missing, of another shape, or without a place; ``CheckpointError`` if
    ///   its numbers cannot be read.
    package func networks(in network: CheckpointNetwork, file: String) throws -> FoundNetworks {
        var reading = NetworkReading(network, of: self, file: file)
        try read(&reading)
        return try reading.finished()
    }
}

extension CheckpointNetwork {
    /// What stands before each name that ends so, in the table's order.
    package func prefixes(_ ending: String) -> [String] {
        tensors.map(\.name).filter { $0 == ending || $0.hasSuffix("." + ending) }
            .map { String($0.dropLast(ending.count)) }
    }

    /// Before either of two names: where the first is missing, it is missed by its name.
    package func prefixes(_ first: String, or second: String) -> [String] {
        let found = prefixes(first)
        return found + prefixes(second).filter { !found.contains($0) }
    }

    /// Whether a name begins so.
    package func hasTensor(beginning prefix: String) -> Bool {
        tensors.contains { $0.name.hasPrefix(prefix) }
    }
}
