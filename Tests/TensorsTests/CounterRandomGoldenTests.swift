import Foundation
import TestSupport
import Testing

@testable import Tensors

/// `Tools/goldens/counter_random.py` draws the same numbers to the last bit, so that other golden data can
/// define its inputs by (seed, stream).
@Suite struct CounterRandomGoldenTests {
    struct Answers: Decodable {
        struct Case: Decodable { let seed, stream, offset: String, bits: [String] }
        struct Run: Decodable { let seed, stream, bits, wrappingSum: String }
        let cases: [Case]
        let quantiles: [[String]]
        let xorOf100000: Run
    }

    let answers: Answers

    init() throws {
        answers = try JSONDecoder().decode(
            Answers.self, from: Data(contentsOf: goldenURL("counter_random.json")))
    }

    @Test func normalsHaveTheBitsOfTheScript() {
        for known in answers.cases {
            let random = CounterRandom(seed: UInt64(known.seed)!, stream: UInt64(known.stream)!)
            let drawn: Tensor<Double> = random.normals(
                shape: [known.bits.count], offset: UInt64(known.offset)!)
            let expected = known.bits.map { Double(bitPattern: UInt64($0, radix: 16)!) }
            #expect(drawn.elements == expected, "seed \(known.seed), stream \(known.stream)")
        }
    }

    @Test func quantilesHaveTheBitsOfTheScript() {
        for pair in answers.quantiles {
            let p = Double(bitPattern: UInt64(pair[0], radix: 16)!)
            #expect(normalQuantile(p).bitPattern == UInt64(pair[1], radix: 16)!, "p = \(p)")
        }
    }

    @Test func aLongRunAgrees() {
        let run = answers.xorOf100000
        let random = CounterRandom(seed: UInt64(run.seed)!, stream: UInt64(run.stream)!)
        var xor: UInt64 = 0
        var sum: UInt64 = 0
        for i in 0..<UInt64(100_000) {
            let bits = random.normal(i).bitPattern
            xor ^= bits
            sum &+= bits
        }
        #expect(xor == UInt64(run.bits, radix: 16)!)
        #expect(sum == UInt64(run.wrappingSum, radix: 16)!)
    }
}
