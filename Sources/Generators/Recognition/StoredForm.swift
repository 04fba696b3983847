import Tensors

/// How a file stores a tensor that the model file stores otherwise.
package struct StoredForm: Sendable {
    enum Axes: Sendable {
        case same
        /// With so many axes of extent 1 before and behind.
        case unit(leading: Int, trailing: Int)
        /// [inputs, outputs] for [outputs, inputs].
        case transposed
        /// TensorFlow's [height, width, inputs, outputs] for [outputs, inputs, height, width].
        case heightWidthInputsOutputs
    }

    var axes = Axes.same
    /// Rows and columns of kernels run backwards.
    var isFlipped = false
    /// The model file has factor · value + summand.
    var factor: Float = 1
    var summand: Float = 0

    package static let same = StoredForm()
    static let transposed = StoredForm(axes: .transposed)
    static func unit(leading: Int, trailing: Int = 0) -> StoredForm {
        StoredForm(axes: .unit(leading: leading, trailing: trailing))
    }

    /// The shape in the file of a tensor that has `shape` in the model file.
    func storedShape(of shape: [Int]) -> [Int] {
        switch axes {
        case .same: shape
        case .unit(let leading, let trailing):
            Array(repeating: 1, count: leading) + shape + Array(repeating: 1, count: trailing)
        case .transposed: shape.reversed()
        case .heightWidthInputsOutputs: [shape[2], shape[3], shape[1], shape[0]]
        }
    }

    /// The shape in the model file of a tensor that has `stored` in the file; nil if that has too few axes.
    func shape(ofStored stored: [Int]) -> [Int]? {
        switch axes {
        case .same: return stored
        case .unit(let leading, let trailing):
            return stored.count < leading + trailing
                ? nil : Array(stored.dropFirst(leading).dropLast(trailing))
        case .transposed: return stored.reversed()
        case .heightWidthInputsOutputs:
            return stored.count == 4 ? [stored[3], stored[2], stored[0], stored[1]] : nil
        }
    }

    /// - Parameters:
    ///   - stored: as in the file.
    ///   - shape: in the model file.
    func converted(_ stored: Tensor<Float>, to shape: [Int]) -> Tensor<Float> {
        var result: Tensor<Float>
        switch axes {
        case .same, .unit: result = stored.reshaped(shape)
        case .transposed: result = Generators.transposed(stored)
        case .heightWidthInputsOutputs:
            // Taps are rows and kernels columns: a transposition leaves [inputs·outputs, taps].
            let (outputs, inputs, taps) = (shape[0], shape[1], shape[2] * shape[3])
            let kernels = Generators.transposed(stored.reshaped([taps, inputs * outputs]))
            result = Tensor(zeros: shape)
            result.withUnsafeMutableBufferPointer { target in
                kernels.withUnsafeBufferPointer { source in
                    for o in 0..<outputs {
                        for i in 0..<inputs {
                            for tap in 0..<taps {
                                let place = (o * inputs + i) * taps + (isFlipped ? taps - 1 - tap : tap)
                                target[place] = source[(i * outputs + o) * taps + tap]
                            }
                        }
                    }
                }
            }
        }
        guard factor != 1 || summand != 0 else { return result }
        return result.map { $0 * factor + summand }
    }
}
