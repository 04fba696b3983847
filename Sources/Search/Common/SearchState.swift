import Tensors

/// What a search has come to between two steps: all that its next steps depend on.
///
/// A search of the same request, candidate and kernels that is resumed from it ends with the bits of one that was never
/// stopped.
public struct SearchState: Equatable, Sendable {
    public private(set) var numbers: [String: Double]
    public private(set) var tensors: [String: Tensor<Float>]

    public init(numbers: [String: Double] = [:], tensors: [String: Tensor<Float>] = [:]) {
        (self.numbers, self.tensors) = (numbers, tensors)
    }

    mutating func put(_ value: Double, as name: String) { numbers[name] = value }
    mutating func put(_ value: Tensor<Float>, as name: String) { tensors[name] = value }

    func number(_ name: String) throws(SearchStateError) -> Double {
        guard let value = numbers[name] else { throw .missing(name) }
        return value
    }

    /// A whole number from 0 to 2³².
    func count(_ name: String) throws(SearchStateError) -> Int {
        guard let value = Int(exactly: try number(name)), 0...1 << 32 ~= value else { throw .invalid(name) }
        return value
    }

    /// - Throws: `SearchStateError`, also where an element is not finite.
    func tensor(_ name: String, shape: [Int]) throws(SearchStateError) -> Tensor<Float> {
        guard let tensor = tensors[name] else { throw .missing(name) }
        guard tensor.shape == shape, Float.isFinite(tensor) else { throw .invalid(name) }
        return tensor
    }
}

/// Why a search cannot go on from a state.
public enum SearchStateError: Error, Equatable, Sendable {
    case missing(String)
    /// Of another search, or no state at all.
    case invalid(String)
}

extension Optimizer where Scalar == Float {
    func put(into state: inout SearchState, as name: String) {
        state.put(Double(time), as: "\(name).time")
        state.put(mean, as: "\(name).mean")
        state.put(scale, as: "\(name).scale")
    }

    /// The same optimiser after the steps of a state.
    func resumed(from state: SearchState, as name: String) throws(SearchStateError) -> Optimizer {
        var resumed = self
        resumed.time = try state.count("\(name).time")
        resumed.mean = try state.tensor("\(name).mean", shape: mean.shape)
        resumed.scale = try state.tensor("\(name).scale", shape: scale.shape)
        return resumed
    }
}

extension Parameter where Scalar == Float {
    func put(into state: inout SearchState, as name: String) {
        state.put(value, as: name)
        optimizer.put(into: &state, as: name)
    }

    /// The same parameter after the steps of a state, on the spheres of its start.
    func resumed(from state: SearchState, as name: String) throws(SearchStateError) -> Parameter {
        var resumed = self
        resumed.value = try state.tensor(name, shape: value.shape)
        resumed.optimizer = try optimizer.resumed(from: state, as: name)
        return resumed
    }
}
