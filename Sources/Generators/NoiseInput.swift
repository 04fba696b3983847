import Engine
import Tensors

/// One noise input of a generator: what the kernels read, and the gradient they return.
struct NoiseInput {
    let side: Int
    /// The stored map as the kernels read it, if the family stores one.
    private let baked: AlignedFloats?
    /// What a map of unit variance is multiplied by before the kernels read it; 1 where they do that themselves.
    private let strength: Float
    private var given: AlignedFloats?
    private var gradient: AlignedFloats?
    private var source = Source.baked
    private var wantsGradient = false

    private enum Source { case baked, zero, given }

    init(side: Int, baked: AlignedFloats?, strength: Float = 1) {
        self.side = side
        self.baked = baked
        self.strength = strength
    }

    /// Copies a given map: holding on to the tensor would make the search copy it before every move.
    mutating func set(_ map: NoiseMap) {
        switch map {
        case .baked: source = .baked
        case .zero: source = .zero
        case .map(let tensor):
            source = .given
            precondition(tensor.count == side * side, "noise map of the wrong size")
            let target = given ?? AlignedFloats(count: side * side)
            given = target
            tensor.withUnsafeBufferPointer { values in
                for i in 0..<values.count { target[i] = values[i] * strength }
            }
        }
    }

    /// [side·side], or nil for no noise.
    var pointer: UnsafePointer<Float>? {
        switch source {
        case .baked: baked.map { UnsafePointer($0.pointer) }
        case .zero: nil
        case .given: given.map { UnsafePointer($0.pointer) }
        }
    }

    mutating func wantGradient(_ wanted: Bool) {
        wantsGradient = wanted
        if wanted, gradient == nil { gradient = AlignedFloats(count: side * side) }
    }

    /// Where the kernels put ∂loss/∂(what they read); nil where it is not wanted.
    var gradientPointer: UnsafeMutablePointer<Float>? { wantsGradient ? gradient?.pointer : nil }

    /// Through the strength: the map of unit variance is what the search moves.
    func readGradient(into tensor: inout Tensor<Float>?) {
        guard wantsGradient, let gradient else { return }
        tensor?.withUnsafeMutableBufferPointer { target in
            for i in 0..<target.count { target[i] = gradient[i] * strength }
        }
    }
}
