/// The lines between the blocks of a mosaic: vertical ones at `left` + k · `width`, horizontal ones at `top` + k · `height`.
///
/// Units: pixels of the photograph, in continuous coordinates from its upper left corner; pixel i covers i…i+1.
public struct MosaicGrid: Hashable, Sendable {
    /// Extents of a block; fractional where the photograph was resized afterwards.
    public var width, height: Double
    /// Where one vertical and one horizontal line lie.
    public var left, top: Double

    public init(width: Double, height: Double, left: Double, top: Double) {
        (self.width, self.height, self.left, self.top) = (width, height, left, top)
    }

    /// One axis of it.
    struct Axis: Hashable {
        /// From one line to the next.
        var period: Double
        /// Where line 0 lies.
        var origin: Double

        func line(_ index: Int) -> Double { origin + Double(index) * period }

        /// The pixels of block `index`, as far as the picture reaches.
        func pixels(_ index: Int, in extent: Int) -> Range<Int> {
            let first = min(max(0, Int(line(index).rounded())), extent)
            return first..<max(first, min(extent, Int(line(index + 1).rounded())))
        }

        /// Those of them that no blur of an edge reaches: a fifth from each line, one pixel where that is less.
        func inner(_ index: Int, in extent: Int) -> Range<Int> {
            let margin = max(1, period / 5)
            let first = min(max(0, Int((line(index) + margin).rounded())), extent)
            return first..<max(first, min(extent, Int((line(index + 1) - margin).rounded())))
        }

        /// The block that a position lies in.
        func block(at position: Double) -> Int { Int(((position - origin) / period).rounded(.down)) }
    }

    var across: Axis {
        get { Axis(period: width, origin: left) }
        set { (width, left) = (newValue.period, newValue.origin) }
    }

    var down: Axis {
        get { Axis(period: height, origin: top) }
        set { (height, top) = (newValue.period, newValue.origin) }
    }
}

/// A block of a grid: how many blocks it is to the right of line `left`, and below line `top`.
public struct MosaicCell: Hashable, Sendable {
    public var column, row: Int

    public init(column: Int, row: Int) { (self.column, self.row) = (column, row) }

    var neighbours: [MosaicCell] {
        [
            MosaicCell(column: column - 1, row: row), MosaicCell(column: column + 1, row: row),
            MosaicCell(column: column, row: row - 1), MosaicCell(column: column, row: row + 1),
        ]
    }
}
