// What the exact fit asks of D beyond applying it: D of pictures that are constant in cells, and its normal matrix.
extension Resampling {
    /// D of pictures made of square cells of one value: one pixel goes in for each cell.
    /// - Parameter cell: the side of a cell, which divides the source's.
    package func onCells(of cell: Int) -> Resampling {
        precondition(sourceSide % cell == 0, "cells do not fill the source")
        let rows = (0..<side).map { i in
            (bands.offsets[i]..<bands.offsets[i + 1]).map { k in
                (column: (bands.starts[i] + k - bands.offsets[i]) / cell, weight: bands.weights[k])
            }
        }
        return Resampling(
            filter: filter, bands: ResamplingBands(columnCount: sourceSide / cell, rows: rows))
    }

    /// Σᵢ Mᵢⱼ², for each column j.
    package var columnEnergies: [Double] {
        (0..<sourceSide).map { transposedBands.energy(ofRow: $0) }
    }

    /// Σⱼ Mᵢⱼ², for each row i.
    package var rowEnergies: [Double] { (0..<side).map { bands.energy(ofRow: $0) } }

    /// The lower half of M Mᵀ about its diagonal.
    /// - Returns: [s, width], where element (i, k) is that of row i and column i − k, and the width.
    package var normalBands: (values: [Double], width: Int) {
        var width = 1
        for i in 0..<side {
            var j = i
            while j > 0, bands.starts[j - 1] + bands.count(ofRow: j - 1) > bands.starts[i] { j -= 1 }
            width = max(width, i - j + 1)
        }
        var values = [Double](repeating: 0, count: side * width)
        for i in 0..<side {
            for k in 0..<min(width, i + 1) { values[i * width + k] = bands.product(ofRow: i, withRow: i - k) }
        }
        return (values, width)
    }
}

extension ResamplingBands {
    fileprivate func count(ofRow row: Int) -> Int { offsets[row + 1] - offsets[row] }

    fileprivate func energy(ofRow row: Int) -> Double { product(ofRow: row, withRow: row) }

    fileprivate func product(ofRow a: Int, withRow b: Int) -> Double {
        let first = max(starts[a], starts[b])
        let last = min(starts[a] + count(ofRow: a), starts[b] + count(ofRow: b))
        guard first < last else { return 0 }
        return (first..<last).reduce(0) { sum, column in
            sum + weights[offsets[a] + column - starts[a]] * weights[offsets[b] + column - starts[b]]
        }
    }
}
