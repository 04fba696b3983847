import CKernels

/// Bytes of packed weights, added up from their shapes before anything is read.
///
/// Each method stands for the initialiser of the type of its name, and must allocate in numbers what that does in
/// memory; a family adds up its layers here in the order in which it packs them.
package struct WeightsFootprint {
    package private(set) var bytes = 0

    package init() {}

    /// A block of floats, such as a noise map.
    package mutating func floats(_ count: Int) { bytes += AlignedFloats.bytes(count: count) }

    package mutating func linear(rows: Int, columns: Int, hasBias: Bool = true) {
        floats(rows * columns)
        if hasBias { floats(rows) }
    }

    package mutating func demodulation(inputs: Int, outputs: Int) {
        linear(rows: outputs, columns: inputs, hasBias: false)
    }

    package mutating func convolution(
        inputs: Int, outputs: Int, upsampling: ConvolutionWeights.Upsampling = .none, side: Int
    ) {
        let winograd: Int32 = side >= ConvolutionWeights.winogradSide(upsampling) ? 1 : 0
        let packed = ck_packed_convolution_size(
            Int32(outputs), Int32(inputs), upsampling.rawValue, winograd)
        for count in [packed, packed, roundedToBlocks(outputs), roundedToBlocks(outputs)] { floats(count) }
    }

    package mutating func rgb(channels: Int) {
        floats(3 * roundedToBlocks(channels))
        floats(3)
    }

    package mutating func separable(inputs: Int, outputs: Int) {
        matrix(rows: outputs, columns: inputs)
        floats(9 * inputs)
        floats(outputs)
    }

    package mutating func image(channels: Int) {
        matrix(rows: 12, columns: channels)
        floats(12)
    }

    /// A packed matrix and its transpose.
    private mutating func matrix(rows: Int, columns: Int) {
        floats(ck_packed_size(Int32(rows), Int32(columns)))
        floats(ck_packed_size(Int32(columns), Int32(rows)))
    }
}
