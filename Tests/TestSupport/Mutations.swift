import Tensors

/// Damaged copies of some bytes, the same for the same seed: flipped bits, overwritten, removed, repeated and
/// inserted stretches, cut ends.
public func mutations(of bytes: [UInt8], count: Int, seed: UInt64) -> some Sequence<[UInt8]> {
    (0..<UInt64(count)).lazy.map { number in
        let random = CounterRandom(seed: seed, stream: number)
        var result = bytes
        let rounds = 1 + Int(random.uniform(0) * 3)
        for round in 0..<UInt64(rounds) {
            func draw(_ index: UInt64, below limit: Int) -> Int {
                Int(random.uniform(1 + 8 * round + index) * Double(limit))
            }
            let position = draw(0, below: max(result.count, 1))
            let length = min(1 + draw(1, below: 16), result.count - position)
            let range = position..<position + length
            switch draw(2, below: 7) {
            case 0 where !range.isEmpty: result[position] ^= 1 << UInt8(draw(3, below: 8))
            case 1 where !range.isEmpty: result[position] = UInt8(draw(3, below: 256))
            case 2: for i in range { result[i] = [0x00, 0xFF, 0x7F, 0x39][draw(3, below: 4)] }
            case 3: result.removeSubrange(range)
            case 4: result.insert(contentsOf: result[range], at: position)
            case 5:
                let ascii = Array("0123456789-{}[]\",:<>&;/ \u{7F}".utf8)
                result.insert(ascii[draw(3, below: ascii.count)], at: position)
            default: result.removeSubrange(position...)
            }
        }
        return result
    }
}
