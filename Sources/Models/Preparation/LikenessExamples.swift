import Foundation
import Tensors

/// Pictures to learn a likeness from, made of a generator's own thumbnails: as they are, and scrambled into what the
/// generator does not make. Both are given other light, colour and noise, so that none of these tells them apart.
///
/// Pictures are [3, side, side] in 0…1.
struct LikenessExamples {
    let side: Int
    private let random: CounterRandom
    private var drawn: UInt64 = 0

    init(side: Int, stream: UInt64) {
        self.side = side
        random = CounterRandom(seed: 0x5055_4C53_4521, stream: stream)
    }

    /// A picture as the generator could have made it: mirrored or not, about where it was.
    mutating func kept(_ picture: Tensor<Float>) -> Tensor<Float> {
        let (mirrored, down, across) = (chance(0.5), whole(-1...1), whole(-1...1))
        let moved = mapped { row, column in
            let column = mirrored ? side - 1 - column : column
            return (clamped(row + down), clamped(column + across))
        }
        return photographed(picture, at: moved)
    }

    /// A picture with the same colours and patterns, or drawn ones, in which no face is where it belongs.
    mutating func scrambled(_ picture: Tensor<Float>) -> Tensor<Float> {
        let half = side / 2
        switch whole(0...8) {
        case 0: return photographed(picture, at: mapped { (side - 1 - $0, $1) })
        case 1: return photographed(picture, at: mapped { (side - 1 - $1, $0) })
        case 2:
            let (down, across) = (whole(0...side - 1), whole(side / 4...side - side / 4))
            let sideways = chance(0.5)
            return photographed(
                picture,
                at: mapped {
                    (($0 + (sideways ? down : across)) % side, ($1 + (sideways ? across : down)) % side)
                })
        case 3:
            let (top, left) = (whole(0...half), whole(0...half))
            return photographed(picture, at: mapped { (top + $0 / 2, left + $1 / 2) })
        case 4: return photographed(picture.map { 1 - $0 }, at: mapped { ($0, $1) })
        case 5:
            let turn = whole(1...3)
            return photographed(
                picture,
                at: mapped {
                    let part = ($0 / half * 2 + $1 / half + turn) % 4
                    return (part / 2 * half + $0 % half, part % 2 * half + $1 % half)
                })
        case 6: return photographed(clouds(), at: mapped { ($0, $1) })
        case 7: return photographed(covered(picture), at: mapped { ($0, $1) })
        default: return photographed(halved(picture), at: mapped { ($0, $1) })
        }
    }

    /// Something before the face: a box of the colour of one of its pixels.
    private mutating func covered(_ picture: Tensor<Float>) -> Tensor<Float> {
        let (height, width) = (whole(side * 3 / 8...side * 3 / 4), whole(side * 3 / 8...side * 3 / 4))
        let (top, left) = (whole(side / 5...side - height), whole(1...side - width))
        let (source, light) = (side / 2 * side + whole(side / 4...side * 3 / 4), uniform(0.7, 1.2))
        var result = picture
        for row in top..<min(top + height, side) {
            for column in left..<min(left + width, side) {
                let grain = 0.02 * normal()
                for channel in 0..<3 {
                    let plane = channel * side * side
                    result[plane + row * side + column] = light * picture[plane + source] + grain
                }
            }
        }
        return result
    }

    /// One side of the face before plain ground.
    private mutating func halved(_ picture: Tensor<Float>) -> Tensor<Float> {
        let (edge, right) = (whole(side * 3 / 8...side * 5 / 8), chance(0.5))
        var result = picture
        for channel in 0..<3 {
            let ground = uniform(0, 1)
            for i in 0..<side * side where (i % side >= edge) == right {
                result[channel * side * side + i] = ground
            }
        }
        return result
    }

    /// Noise of several scales, symmetrical or not.
    private mutating func clouds() -> Tensor<Float> {
        var plane = [Float](repeating: 0, count: side * side)
        var cell = side / 2
        let (rough, symmetrical) = (uniform(0.2, 1.2), chance(0.4))
        var strength: Float = 1
        while cell >= 1 {
            let edge = side / cell + 2
            let knots = (0..<edge * edge).map { _ in normal() }
            for row in 0..<side {
                for column in 0..<side {
                    let column = symmetrical ? min(column, side - 1 - column) : column
                    let (y, x) = (Float(row) / Float(cell), Float(column) / Float(cell))
                    let (top, left) = (Int(y), Int(x))
                    func knot(_ i: Int, _ j: Int) -> Float { knots[(top + i) * edge + left + j] }
                    let upper = knot(0, 0) + (x - Float(left)) * (knot(0, 1) - knot(0, 0))
                    let lower = knot(1, 0) + (x - Float(left)) * (knot(1, 1) - knot(1, 0))
                    plane[row * side + column] += strength * (upper + (y - Float(top)) * (lower - upper))
                }
            }
            strength *= rough
            cell /= 2
        }
        let (mean, contrast) = (uniform(0.1, 0.9), uniform(0.01, 0.25))
        return Tensor(
            (0..<3 * side * side).map { mean + contrast * plane[$0 % (side * side)] }, shape: [3, side, side])
    }

    /// Another light, perhaps no colour, perhaps noise, and whatever else photographs differ in.
    /// - Parameter places: which pixel each new one is.
    private mutating func photographed(_ picture: Tensor<Float>, at places: [Int]) -> Tensor<Float> {
        let plane = side * side
        let (grey, gamma) = (chance(0.3), exp(0.25 * normal()))
        let grain = chance(0.5) ? uniform(0, 0.1) : 0
        var result = Tensor<Float>(zeros: [3, side, side])
        for i in 0..<plane {
            let place = places[i]
            let (red, green, blue) = (picture[place], picture[plane + place], picture[2 * plane + place])
            let luminance = 0.299 * red + 0.587 * green + 0.114 * blue
            for (channel, value) in [red, green, blue].enumerated() {
                let light = pow(min(max(grey ? luminance : value, 1e-4), 1), gamma)
                result[channel * plane + i] = min(max(light + (grain > 0 ? grain * normal() : 0), 0), 1)
            }
        }
        return result
    }

    private func mapped(_ place: (Int, Int) -> (Int, Int)) -> [Int] {
        (0..<side * side).map {
            let (row, column) = place($0 / side, $0 % side)
            return row * side + column
        }
    }

    private func clamped(_ i: Int) -> Int { min(max(i, 0), side - 1) }

    private mutating func uniform(_ low: Float, _ high: Float) -> Float {
        drawn += 1
        return low + (high - low) * Float(random.uniform(drawn))
    }

    private mutating func normal() -> Float {
        drawn += 1
        return Float(random.normal(drawn))
    }

    private mutating func chance(_ share: Float) -> Bool { uniform(0, 1) < share }

    private mutating func whole(_ range: ClosedRange<Int>) -> Int {
        min(range.lowerBound + Int(uniform(0, 1) * Float(range.count)), range.upperBound)
    }
}
