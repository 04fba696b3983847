import Foundation
import Generators
import Tensors

/// What tells how a picture was made small: the energies of its frequencies. Each operator leaves another share of the
/// high ones, along the axes and across them.
enum OperatorFeatures {
    /// Luminance; and two axes of chrominance, whose energies are averaged.
    private static let luminance = [0.299, 0.587, 0.114]
    private static let chrominance: [[Double]] = [
        [Double(0.5).squareRoot(), -Double(0.5).squareRoot(), 0],
        [1 / Double(6).squareRoot(), 1 / Double(6).squareRoot(), -2 / Double(6).squareRoot()],
    ]
    /// How many bands of each axis of frequencies are told apart.
    private static let bands = 5
    private static let bandsOfColour = 3
    /// Energy of rounding to levels, and more, that does not count.
    private static let floor = 0.3

    /// How many there are.
    static let count = bands * (bands + 1) / 2 + bandsOfColour * (bandsOfColour + 1) / 2 + 1

    /// - Parameter target: [3, side, side] in 0…1.
    /// - Returns: logarithms of mean energies in grey levels², luminance then chrominance, of the pairs of bands (i, j) with
    ///   i ≤ j, that of i first; and log₂ of the side.
    static func of(_ target: Tensor<Float>) -> [Double] {
        let side = target.shape[2]
        let transform = CosineTransform(height: side, width: side)
        func energies(_ axis: [Double], bands: Int) -> [Double] {
            let plane = (0..<side * side).map { i in
                (0..<3).reduce(0.0) { $0 + 255 * axis[$1] * Double(target[$1 * side * side + i]) }
            }
            return means(transform(plane), side: side, bands: bands)
        }
        let light = energies(luminance, bands: bands)
        let colours = chrominance.map { energies($0, bands: bandsOfColour) }
        let colour = zip(colours[0], colours[1]).map { ($0 + $1) / 2 }
        return (light + colour).map { log($0 + floor) } + [log2(Double(side))]
    }

    /// Mean squares of the frequencies whose bands along the two axes are i and j, in either order; without the mean of the
    /// picture.
    private static func means(_ waves: [Double], side: Int, bands: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: bands * bands)
        var counts = sums
        for row in 0..<side {
            for column in 0..<side where row + column > 0 {
                let (i, j) = (row * bands / side, column * bands / side)
                let place = min(i, j) * bands + max(i, j)
                let wave = waves[row * side + column]
                sums[place] += wave * wave
                counts[place] += 1
            }
        }
        return (0..<bands).flatMap { i in
            (i..<bands).map { j in sums[i * bands + j] / max(counts[i * bands + j], 1) }
        }
    }
}

extension OperatorClassifier {
    /// - Parameter target: [3, side, side] in 0…1.
    /// - Returns: nil for a side that the network has not seen, or a network of another kind.
    func guess(_ target: Tensor<Float>) -> OperatorGuess? {
        guard sides.contains(target.shape[2]), inputs == OperatorFeatures.count else { return nil }
        return OperatorGuess(names: names, logProbabilities: self(OperatorFeatures.of(target)))
    }
}
