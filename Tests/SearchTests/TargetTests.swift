import Imaging
import Search
import Tensors
import Testing

@Suite struct TargetTests {
    @Test(arguments: [8, 31, 256])
    func takesSmallSquares(side: Int) throws {
        let target = try Target(.canvas(width: side, height: side, fill: (51, 0, 255)))
        let y: Tensor<Float> = target.tensor()
        #expect(target.side == side && y.shape == [3, side, side])
        #expect(y[0] == 0.2 && y[side * side] == 0 && y[2 * side * side] == 1)
    }

    @Test(arguments: [
        (7, 7, TargetError.tooSmall(name: "a.png", width: 7, height: 7)),
        (8, 7, .tooSmall(name: "a.png", width: 8, height: 7)),
        (257, 257, .tooLarge(name: "a.png", width: 257, height: 257)),
        (300, 7, .tooLarge(name: "a.png", width: 300, height: 7)),
        (32, 33, .notSquare(name: "a.png", width: 32, height: 33)),
    ])
    func declinesOtherSizes(width: Int, height: Int, error: TargetError) {
        #expect(throws: error) { try Target(.canvas(width: width, height: height), name: "a.png") }
    }
}
