import FaceAlignment
import Imaging

extension MosaicGrid {
    /// The same lines in a photograph that was made `scale` times as wide and as high.
    func enlarged(times scale: Int) -> MosaicGrid {
        let factor = Double(scale)
        return MosaicGrid(
            width: width * factor, height: height * factor, left: left * factor, top: top * factor)
    }
}

extension MosaicRegion {
    /// The same blocks in a photograph that was made `scale` times as wide and as high.
    /// - Parameter photo: in which it lies.
    func enlarged(times scale: Int, in photo: Picture) -> MosaicRegion {
        guard scale > 1 else { return self }
        var result = self
        result.grid = grid.enlarged(times: scale)
        for (cell, part) in parts {
            let columns = grid.across.pixels(cell.column, in: photo.width)
            let rows = grid.down.pixels(cell.row, in: photo.height)
            let wide = result.grid.across.pixels(cell.column, in: photo.width * scale)
            let high = result.grid.down.pixels(cell.row, in: photo.height * scale)
            // Where lines are no whole pixels, a block can begin a little earlier than its enlarged pixels do.
            result.parts[cell] = high.flatMap { y in
                wide.map { x in
                    let (column, row) = (x / scale, y / scale)
                    return columns.contains(column) && rows.contains(row)
                        && part[(row - rows.lowerBound) * columns.count + column - columns.lowerBound]
                }
            }
        }
        return result
    }
}

extension PhotoTransform {
    /// To a photograph that was made `scale` times as wide and as high.
    func enlarged(times scale: Int) -> PhotoTransform {
        let factor = Double(scale)
        return PhotoTransform(right: right * factor, down: down * factor, origin: origin * factor)
    }
}

extension LocatedFace {
    /// The same face in a photograph that was made `scale` times as wide and as high.
    func enlarged(times scale: Int) -> LocatedFace {
        LocatedFace(
            transform: transform.enlarged(times: scale), origin: origin, detected: nil, likeness: likeness)
    }
}
