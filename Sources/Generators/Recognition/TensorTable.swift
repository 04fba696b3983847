import Checkpoints
import Tensors

/// The tensors of one generator in a checkpoint, each to be accounted for once.
///
/// What the generator needs is taken; ``finish()`` then refuses tensors that nothing took, so nothing that the
/// generator consists of is ignored in silence.
package struct TensorTable {
    package let file: String
    /// The family, for messages.
    package let network: String
    private let tensors: [String: CheckpointTensor]
    private let order: [String]
    private var taken: Set<String> = []
    /// First parts of the names of tensors that do not belong to the generator.
    package let outside: [String]
    /// Tensors that the picture does not depend on, left unread.
    package private(set) var dead: [String] = []

    /// - Parameter root: only names that start so belong to the generator, and are known without it.
    package init(_ source: CheckpointNetwork, root: String = "", file: String, network: String) {
        self.file = file
        self.network = network
        var tensors: [String: CheckpointTensor] = [:]
        for (name, tensor) in source.tensors where name.hasPrefix(root) {
            tensors[String(name.dropFirst(root.count))] = tensor
        }
        self.tensors = tensors
        let names = source.tensors.map(\.name)
        order = names.filter { $0.hasPrefix(root) }.map { String($0.dropFirst(root.count)) }
        let others = names.filter { !$0.hasPrefix(root) }.map { String($0.prefix { $0 != "." }) }
        outside = Set(others).sorted()
    }

    package func has(_ name: String) -> Bool { tensors[name] != nil }

    /// The shape of a tensor as it is stored.
    package func shape(of name: String) throws(ModelError) -> [Int] {
        guard let tensor = tensors[name] else {
            throw .tensorMissing(file: file, tensor: name, network: network)
        }
        return tensor.shape
    }

    /// An extent of a tensor as the model file will have it.
    func extent(_ axis: Int, of name: String, form: StoredForm) throws(ModelError) -> Int {
        let stored = try shape(of: name)
        guard let shape = form.shape(ofStored: stored), axis < shape.count else {
            throw .tensorShape(file: file, tensor: name, found: stored, expected: nil, network: network)
        }
        return shape[axis]
    }

    /// Reads a tensor.
    /// - Parameter shape: in the model file.
    package mutating func take(
        _ name: String, shape: [Int], form: StoredForm = .same
    ) throws -> Tensor<Float> {
        let (found, expected) = (try self.shape(of: name), form.storedShape(of: shape))
        guard found == expected, let tensor = tensors[name] else {
            throw ModelError.tensorShape(
                file: file, tensor: name, found: found, expected: expected, network: network)
        }
        taken.insert(name)
        let numbers = try tensor.tensor()
        guard numbers.withUnsafeBufferPointer({ $0.allSatisfy(\.isFinite) }) else {
            throw ModelError.tensorNotFinite(file: file, tensor: name)
        }
        return form.converted(numbers, to: shape)
    }

    /// Reads a filter, which must be the outer product of `taps` with itself, scaled to sum up to `gain`.
    mutating func take(filter name: String, taps: [Float], gain: Float) throws {
        let count = taps.count
        let stored = try shape(of: name)
        let filter = try take(name, shape: [count, count], form: .unit(leading: max(stored.count - 2, 0)))
        let sum = taps.reduce(0, +)
        for i in 0..<filter.count {
            let expected = gain * taps[i / count] * taps[i % count] / (sum * sum)
            guard abs(filter[i] - expected) < 1e-5 else {
                throw ModelError.declined(
                    file: file,
                    DeclinedNetwork(
                        "a network whose filter '\(name)' is not the one that \(network) resamples with"))
            }
        }
    }

    /// Passes by tensors that the picture does not depend on.
    package mutating func passBy(where isDead: (String) -> Bool) {
        for name in order where !taken.contains(name) && isDead(name) {
            taken.insert(name)
            dead.append(name)
        }
    }

    /// Checks that every tensor was accounted for.
    package func finish() throws(ModelError) {
        guard let stray = order.first(where: { !taken.contains($0) }) else { return }
        throw .tensorUnused(file: file, tensor: stray, network: network)
    }
}
