/// A part of a photograph that was made of equal blocks, each of one colour.
public struct MosaicRegion: Sendable {
    public var grid: MosaicGrid
    /// Its blocks, row by row, those of `parts` last.
    public var cells: [MosaicCell]
    /// The colour of each, red, green and blue in 0…1.
    public var colours: [SIMD3<Double>]
    /// Where a block is only in part of the mosaic, because the mosaic has a round edge: which of its pixels are, row by row
    /// of the block's pixels.
    public var parts: [MosaicCell: [Bool]] = [:]
    /// How far the pixels of a block are from its colour, in grey levels 0…255: what compression and resizing have done.
    public var deviation: Double
    /// 0…1: how much of what differs within it lies on the lines.
    public var confidence: Double

    /// The smallest box of whole blocks around it, in columns and rows of the grid.
    public var columns: ClosedRange<Int> { extent(\.column) }
    public var rows: ClosedRange<Int> { extent(\.row) }

    private func extent(_ side: KeyPath<MosaicCell, Int>) -> ClosedRange<Int> {
        let places = cells.map { $0[keyPath: side] }
        return (places.min() ?? 0)...(places.max() ?? 0)
    }

    /// The box around it, in pixels of the photograph.
    public var box: PixelRectangle {
        let (across, down) = (grid.across, grid.down)
        return PixelRectangle(
            left: across.line(columns.lowerBound), top: down.line(rows.lowerBound),
            right: across.line(columns.upperBound + 1), bottom: down.line(rows.upperBound + 1))
    }
}

/// A rectangle in continuous coordinates of a picture.
public struct PixelRectangle: Hashable, Codable, Sendable {
    public var left, top, right, bottom: Double

    public init(left: Double, top: Double, right: Double, bottom: Double) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    public var width: Double { right - left }
    public var height: Double { bottom - top }
    public var centre: SIMD2<Double> { SIMD2((left + right) / 2, (top + bottom) / 2) }

    func intersection(_ other: PixelRectangle) -> PixelRectangle? {
        let both = PixelRectangle(
            left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
            bottom: min(bottom, other.bottom))
        return both.width > 0 && both.height > 0 ? both : nil
    }
}
