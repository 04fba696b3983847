import Degradation
import Tensors
import TestSupport
import Testing

@Suite struct CellAverageTests {
    /// Cells of all sizes and shapes, and pixels in none.
    private let cells: [Int32] = (0..<20 * 15).map { i in
        let (x, y) = (i % 20, i / 20)
        if x < 2 { return -1 }
        return y < 7 ? Int32((x + y / 3) % 5) : x == 19 ? 5 : Int32(6 + x / 7)
    }
    private var operation: CellAverage { CellAverage(cells, of: PixelSize(width: 20, height: 15)) }

    @Test func isTheMeanOfEachCell() {
        let x: Tensor<Float> = randomTensor([2, 15, 20], stream: 1)
        let result = operation.apply(x)
        #expect(result.shape == [2, 1, 9])
        for channel in 0..<2 {
            for cell in 0..<9 {
                let members = (0..<300).filter { cells[$0] == Int32(cell) }.map { x[channel * 300 + $0] }
                let mean = members.reduce(0, +) / Float(members.count)
                #expect(abs(result[channel * 9 + cell] - mean) < 1e-5)
            }
        }
        let double = operation.apply(x.map { Double($0) })
        for i in 0..<18 { #expect(abs(double[i] - Double(result[i])) < 1e-5) }
    }

    @Test func hasItsAdjoint() {
        let x: Tensor<Float> = randomTensor([3, 15, 20], stream: 2)
        let y: Tensor<Float> = randomTensor([3, 1, 9], stream: 3)
        let ax = dot(operation.apply(x).map { Double($0) }, y.map { Double($0) })
        let aty = dot(x.map { Double($0) }, operation.applyAdjoint(y).map { Double($0) })
        #expect(abs(ax - aty) < 1e-5 * max(1, abs(ax)))
    }
}
