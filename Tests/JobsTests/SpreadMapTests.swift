import Imaging
import Testing

@testable import Jobs

@Suite struct SpreadMapTests {
    private func flat(_ level: Int, side: Int = 128) -> Picture {
        .canvas(width: side, height: side, fill: (UInt8(level), UInt8(level), UInt8(level)))
    }

    @Test(arguments: [[40, 50], [0, 255], [10, 10, 10, 70], Array(repeating: 200, count: 64) + [203]])
    func isTheStandardDeviationOfASample(levels: [Int]) throws {
        var map = SpreadMap()
        for level in levels { map.add(flat(level)) }
        let mean = Double(levels.reduce(0, +)) / Double(levels.count)
        let squares = levels.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
        let expected = (squares / Double(levels.count - 1)).squareRoot()
        let deviations = try #require(map.deviations)
        #expect(deviations.count == SpreadMap.side * SpreadMap.side)
        #expect(deviations.allSatisfy { abs($0 - expected) < 1e-3 * max(1, expected) })
    }

    /// A difference in green counts for more than the same in blue.
    @Test func weighsColoursAsTheEyeDoes() throws {
        func deviation(_ colour: (UInt8, UInt8, UInt8)) throws -> Double {
            var map = SpreadMap()
            map.add(flat(100))
            map.add(.canvas(width: 128, height: 128, fill: colour))
            return try #require(map.deviations)[0]
        }
        let (green, blue) = (try deviation((100, 120, 100)), try deviation((100, 100, 120)))
        #expect(abs(green / blue - (0.587 / 0.114).squareRoot()) < 1e-3)
    }

    @Test func looksPastSingleStrands() throws {
        var map = SpreadMap()
        map.add(flat(100, side: 1024))
        var striped = flat(100, side: 1024)
        for i in striped.pixels.indices { striped.pixels[i] = (i / 3) % 2 == 0 ? 60 : 140 }
        map.add(striped)
        #expect(try #require(map.deviations).allSatisfy { $0 < 3 })
    }

    @Test func saysNothingOfASingleFace() {
        var map = SpreadMap()
        #expect(map.deviations == nil)
        map.add(flat(9))
        #expect(map.deviations == nil)
    }

    @Test func choosesAScaleThatHoldsNearlyAll() {
        #expect(SpreadMap.scale(of: Array(repeating: 0, count: 100)) == 8)
        #expect(SpreadMap.scale(of: Array(repeating: 20, count: 100)) == 32)
        #expect(SpreadMap.scale(of: Array(repeating: 5, count: 99) + [90]) == 8)
        #expect(SpreadMap.scale(of: Array(repeating: 500, count: 100)) == 128)
    }

    @Test func brightensAllTheWay() {
        let lightness = (0...100).map { share -> Double in
            let (red, green, blue) = SpreadMap.colour(Double(share) / 100)
            return 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
        }
        #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
        #expect(SpreadMap.colour(-1) == SpreadMap.colour(0) && SpreadMap.colour(7) == SpreadMap.colour(1))
    }
}
