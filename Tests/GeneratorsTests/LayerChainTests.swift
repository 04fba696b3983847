import Tensors
import TestSupport
import Testing

@testable import Generators

/// The convolution of small networks against its definition: kernel 3, zero padding 1.
@Suite struct LayerChainTests {
    @Test(arguments: [4, 5, 7, 8], [1, 2, 3, 4])
    func convolutionIsItsDefinition(side: Int, stride: Int) throws {
        try expectDefinition([stride], side: side)
    }

    /// The second layer sees one pixel, and its taps to the right and below see none.
    @Test(arguments: [1, 2, 3, 4]) func ofOnePixelToo(stride: Int) throws {
        try expectDefinition([4, stride], side: 4)
    }

    private func expectDefinition(_ strides: [Int], side: Int) throws {
        var (layers, x, edge, channels): ([LayerChain.Layer], [Double], Int, Int) = ([], [], side, 3)
        let picture: Tensor<Float> = randomTensor([3, side, side], stream: 1)
        x = picture.elements.map { Double($0) }
        for (index, stride) in strides.enumerated() {
            let weight: Tensor<Float> = randomTensor([2, channels, 3, 3], stream: UInt64(2 + 2 * index))
            let bias: Tensor<Float> = randomTensor([2], stream: UInt64(3 + 2 * index))
            layers.append(.convolution(weight: weight, bias: bias, stride: stride))
            let small = (edge + stride - 1) / stride
            var result = [Double]()
            for output in 0..<2 {
                for row in 0..<small {
                    for column in 0..<small {
                        var sum = Double(bias[output])
                        for channel in 0..<channels {
                            for tap in 0..<9 {
                                let (v, u) = (row * stride + tap / 3 - 1, column * stride + tap % 3 - 1)
                                guard (0..<edge).contains(v), (0..<edge).contains(u) else { continue }
                                sum +=
                                    Double(weight[(output * channels + channel) * 9 + tap])
                                    * x[(channel * edge + v) * edge + u]
                            }
                        }
                        result.append(sum > 0 ? sum : 0.2 * sum)
                    }
                }
            }
            (x, edge, channels) = (result, small, 2)
        }
        // A matrix that changes nothing, so that all that the convolutions say comes out.
        let count = x.count
        var identity = Tensor<Float>(zeros: [count, count])
        for i in 0..<count { identity[i * count + i] = 1 }
        layers.append(.dense(weight: identity, bias: Tensor(zeros: [count])))
        let chain = try #require(LayerChain(side: side, layers: layers))
        let guess = chain(picture)
        for (value, expected) in zip(guess.elements, x) { #expect(abs(Double(value) - expected) < 1e-4) }
    }
}
