import Foundation
import Tensors
import Testing

@testable import Engine

/// The memory that activations and packed weights lie in.
@Suite struct AlignedFloatsTests {
    @Test(arguments: [0, 1, 15, 1000, 1 << 19, (1 << 19) + 1])
    func areZeroAndAligned(count: Int) {
        for _ in 1...2 {
            // The second is where the first was, which was written to.
            let floats = AlignedFloats(count: count)
            #expect(Int(bitPattern: floats.pointer) % 64 == 0)
            #expect((0..<count).allSatisfy { floats[$0] == 0 })
            for i in 0..<count { floats[i] = 7 }
        }
    }

    #if os(Linux)
        /// Clearing memory takes as long as using it: a large block costs nothing where nobody has been.
        @Test func largeBlocksTakeMemoryWhereTheyAreUsed() {
            let page = 4096
            let floats = AlignedFloats(count: 16 << 20)
            #expect(Int(bitPattern: floats.pointer) % (2 << 20) == 0)
            func residentPages() -> Int {
                var state = [UInt8](repeating: 0, count: floats.count * 4 / page)
                #expect(mincore(floats.pointer, floats.count * 4, &state) == 0)
                return state.count { $0 & 1 == 1 }
            }
            #expect(residentPages() == 0)
            floats[floats.count / 2] = 1
            // A huge page at most.
            #expect((1...512).contains(residentPages()))
        }
    #endif

    @Test func tensorsAreCopiedToTheirPlace() {
        let floats = AlignedFloats(count: 5)
        floats.copy(Tensor([1, 2, 3], shape: [3]), at: 1)
        #expect((0..<5).map { floats[$0] } == [0, 1, 2, 3, 0])
    }
}
