import Tensors

/// Samples of a target that say nothing of the face: black or white where their neighbours are not.
struct Outliers {
    /// Of each sample, [3, h, w].
    let marks: [Bool]
    /// Whether there are so many as only salt and pepper leaves: by themselves, of both kinds, and most of them far off.
    ///
    /// Faces have single lights in the eyes and single dark pixels, a few of one kind; other noise ends at black or white
    /// near where it began.
    let areSaltAndPepper: Bool

    /// How far from the median of its neighbours a sample is out of place, in 0…1.
    private static let distance: Float = 15 / 255
    /// The same for one that must be by itself, where no more than one in eight neighbours may be nearer to it.
    private static let distanceAlone: Float = 25 / 255
    private static let far: Float = 75 / 255

    /// Looks for samples of 0 or 1 that are out of place, then again without those that were found.
    /// - Parameter target: [3, h, w] in 0…1.
    init(of target: Tensor<Float>) {
        let size = (height: target.shape[1], width: target.shape[2])
        let values = target.elements
        var marks = [Bool](repeating: false, count: values.count)
        var (salt, pepper, far) = (0, 0, 0)
        var extremes = values.indices.filter { values[$0] == 0 || values[$0] == 1 }
        for round in 0..<4 {
            var (found, rest): ([Int], [Int]) = ([], [])
            for i in extremes {
                let around = neighbours(of: i, size).filter { !marks[$0] }.map { values[$0] }.sorted()
                let median =
                    around.isEmpty ? 0.5 : (around[around.count / 2] + around[(around.count - 1) / 2]) / 2
                let distance = abs(values[i] - median)
                guard distance > Self.distance else {
                    rest.append(i)
                    continue
                }
                found.append(i)
                if round == 0, distance > Self.distanceAlone,
                    8 * around.count(where: { abs($0 - values[i]) < Self.distanceAlone }) <= around.count
                {
                    if values[i] == 1 { salt += 1 } else { pepper += 1 }
                    if distance > Self.far { far += 1 }
                }
            }
            if found.isEmpty { break }
            for i in found { marks[i] = true }
            extremes = rest
        }
        self.marks = marks
        areSaltAndPepper =
            500 * min(salt, pepper) >= max(2000, marks.count) && 10 * far >= 6 * (salt + pepper)
    }

    /// Of all samples, 0…1.
    var share: Double { Double(marks.count { $0 }) / Double(marks.count) }

    /// The same with the mean of its neighbours in the place of every outlier.
    /// - Parameter picture: [3, h, w].
    func filled(_ picture: Tensor<Float>) -> Tensor<Float> {
        let size = (height: picture.shape[1], width: picture.shape[2])
        var (picture, unknown) = (picture, marks)
        var left = marks.indices.filter { marks[$0] }
        while !left.isEmpty {
            let means = left.map { i -> Float? in
                let known = neighbours(of: i, size).filter { !unknown[$0] }
                return known.isEmpty ? nil : known.reduce(0) { $0 + picture[$1] } / Float(known.count)
            }
            for (i, mean) in zip(left, means) {
                guard let mean else { continue }
                (picture[i], unknown[i]) = (mean, false)
            }
            let remaining = left.filter { unknown[$0] }
            // A channel without a single sample that is known.
            if remaining.count == left.count { break }
            left = remaining
        }
        return picture
    }
}

/// The up to eight samples around one, in its own channel.
private func neighbours(of i: Int, _ size: (height: Int, width: Int)) -> [Int] {
    let (row, column) = (i / size.width % size.height, i % size.width)
    var result: [Int] = []
    result.reserveCapacity(8)
    for y in max(row - 1, 0)...min(row + 1, size.height - 1) {
        for x in max(column - 1, 0)...min(column + 1, size.width - 1) where (y, x) != (row, column) {
            result.append(i + (y - row) * size.width + x - column)
        }
    }
    return result
}
