import FaceAlignment
import Imaging
import Tensors

/// Where a mosaic is filled in: a square of whole blocks around it, each of `pixels` pixels a side.
///
/// Where the photograph's blocks have whole pixels and are not too many, its pixels are those of the photograph.
struct FitCanvas {
    /// The block at its upper left corner.
    let corner: MosaicCell
    /// Blocks, and pixels of a block, along each side.
    let blocks, pixels: Int
    private let grid: MosaicGrid

    /// More pixels along a side cost memory, and say nothing more: the generator's pictures have no more.
    private static let mostPixels = 2048

    /// - Parameters:
    ///   - cells: of the grid; at least one.
    ///   - grid: in pixels of the photograph that is pasted into.
    init?(around cells: [MosaicCell], of grid: MosaicGrid) {
        let (columns, rows) = (cells.map(\.column), cells.map(\.row))
        guard let left = columns.min(), let right = columns.max(), let top = rows.min(),
            let bottom = rows.max()
        else { return nil }
        // A block around it, and a number of blocks that the exact fit's coarser cells divide.
        let count = max(8, (max(right - left, bottom - top) + 3 + 3) / 4 * 4)
        let whole = max(2, Int(((grid.width + grid.height) / 2).rounded()))
        guard count <= Self.mostPixels / 2 else { return nil }
        self.grid = grid
        corner = MosaicCell(column: left - 1, row: top - 1)
        blocks = count
        pixels = min(whole, Self.mostPixels / count)
    }

    var side: Int { blocks * pixels }

    /// Whether its pixels are the photograph's.
    var isPixelwise: Bool { Double(pixels) == grid.width && Double(pixels) == grid.height }

    /// The place in the photograph of a place here.
    func inPhoto(_ x: Double, _ y: Double) -> SIMD2<Double> {
        SIMD2(
            grid.across.line(corner.column) + x / Double(pixels) * grid.width,
            grid.down.line(corner.row) + y / Double(pixels) * grid.height)
    }

    /// The place here of a place in the photograph.
    func fromPhoto(_ point: SIMD2<Double>) -> SIMD2<Double> {
        SIMD2(
            (point.x - grid.across.line(corner.column)) / grid.width,
            (point.y - grid.down.line(corner.row)) / grid.height) * Double(pixels)
    }

    /// Which block of the canvas a cell is, row by row; nil outside.
    func index(of cell: MosaicCell) -> Int? {
        let (column, row) = (cell.column - corner.column, cell.row - corner.row)
        return (0..<blocks).contains(column) && (0..<blocks).contains(row) ? row * blocks + column : nil
    }

    /// The block's cell.
    func cell(_ index: Int) -> MosaicCell {
        MosaicCell(column: corner.column + index % blocks, row: corner.row + index / blocks)
    }

    /// From its pixels to the photograph.
    var transform: PhotoTransform {
        let origin = inPhoto(0, 0)
        return PhotoTransform(right: inPhoto(1, 0) - origin, down: inPhoto(0, 1) - origin, origin: origin)
    }
}
