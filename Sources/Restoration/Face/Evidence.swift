import Degradation
import FaceAlignment
import Imaging
import Search
import Tensors

/// What a photograph says of a face in it: the colours of the mosaic's blocks, and means of what is not pixelated.
struct Evidence {
    let degradation: CellAverage
    let observations: Observations

    /// Cells of visible pixels have at least so many of the face's pixels along each side.
    private static let visibleSide = 8.0
    /// Of a cell, this share must be in the face's square: a mean says nothing of a part.
    private static let leastInside = 0.9

    /// - Parameters:
    ///   - transform: from the pixels of the aligned face to the photograph.
    ///   - side: of the aligned face, in pixels.
    /// - Returns: nil where no cell lies in the square.
    init?(
        _ photo: SmoothPhoto, of original: Picture, _ regions: [MosaicRegion], transform: PhotoTransform,
        side: Int
    ) {
        var numbering = Numbering()
        var cells = [Int32](repeating: -1, count: side * side)
        let blocks = regions.map { Set($0.cells) }
        let pitch = max(1, (Self.visibleSide * abs(transform.determinant).squareRoot()).rounded(.up))
        for row in 0..<side {
            for column in 0..<side {
                let point = transform.inPhoto(SIMD2(Double(column) + 0.5, Double(row) + 0.5))
                guard point.x >= 0, point.y >= 0, point.x < Double(original.width),
                    point.y < Double(original.height)
                else { continue }
                var key: Key?
                for (index, region) in regions.enumerated() {
                    let cell = MosaicCell(
                        column: region.grid.across.block(at: point.x),
                        row: region.grid.down.block(at: point.y))
                    if blocks[index].contains(cell) { key = Key(region: index, cell: cell) }
                }
                let visible = Key(
                    region: -1, cell: MosaicCell(column: Int(point.x / pitch), row: Int(point.y / pitch)))
                cells[row * side + column] = numbering.number(key ?? visible, x: column, y: row)
            }
        }
        // Those cut by the square's edge, or half hidden, are left out.
        let pixel = abs(transform.determinant)
        var kept: [(key: Key, colour: SIMD3<Double>)] = []
        var places = [Int32](repeating: -1, count: numbering.keys.count)
        let colours = regions.map { Dictionary(zip($0.cells, $0.colours)) { first, _ in first } }
        for (number, key) in numbering.keys.enumerated() {
            let colour: SIMD3<Double>?
            let area: Double
            if key.region >= 0 {
                let grid = regions[key.region].grid
                colour = colours[key.region][key.cell]
                area = grid.width * grid.height / pixel
            } else {
                colour = Self.mean(of: key.cell, pitch: Int(pitch), in: original, where: photo)
                area = pitch * pitch / pixel
            }
            guard let colour, Double(numbering.counts[number]) >= Self.leastInside * area else { continue }
            places[number] = Int32(kept.count)
            kept.append((key, colour))
        }
        guard !kept.isEmpty else { return nil }
        degradation = CellAverage(
            cells.map { $0 < 0 ? -1 : places[Int($0)] }, of: PixelSize(side: side))
        let weights = FaceWeights()
        observations = Observations(
            values: Tensor(
                (0..<3).flatMap { channel in kept.map { Float($0.colour[channel]) } },
                shape: [3, 1, kept.count]),
            weights: numbering.keys.indices.filter { places[$0] >= 0 }.map { number in
                let count = Double(numbering.counts[number])
                return count
                    * weights.share(
                        x: (numbering.sumX[number] / count + 0.5) / Double(side),
                        y: (numbering.sumY[number] / count + 0.5) / Double(side))
            },
            deviation: 0)
    }

    /// A block of a region, or a square of visible pixels where the region is −1.
    private struct Key: Hashable {
        var region: Int
        var cell: MosaicCell
    }

    private struct Numbering {
        private var numbers: [Key: Int32] = [:]
        private(set) var keys: [Key] = []
        private(set) var counts: [Int] = []
        private(set) var sumX: [Double] = [], sumY: [Double] = []
        private var latest: (key: Key, number: Int32)?

        mutating func number(_ key: Key, x: Int, y: Int) -> Int32 {
            let number: Int32
            if let latest, latest.key == key {
                number = latest.number
            } else if let known = numbers[key] {
                number = known
            } else {
                number = Int32(keys.count)
                numbers[key] = number
                keys.append(key)
                counts.append(0)
                sumX.append(0)
                sumY.append(0)
            }
            latest = (key, number)
            counts[Int(number)] += 1
            sumX[Int(number)] += Double(x)
            sumY[Int(number)] += Double(y)
            return number
        }
    }

    /// Nil where a pixel of it is pixelated or outside.
    private static func mean(
        of cell: MosaicCell, pitch: Int, in picture: Picture, where photo: SmoothPhoto
    ) -> SIMD3<Double>? {
        let (left, top) = (cell.column * pitch, cell.row * pitch)
        guard left + pitch <= picture.width, top + pitch <= picture.height else { return nil }
        var sum = SIMD3<Double>()
        for y in top..<top + pitch {
            for x in left..<left + pitch {
                let i = y * picture.width + x
                guard photo.regionOfPixel[i] < 0 else { return nil }
                for channel in 0..<3 { sum[channel] += Double(picture.pixels[3 * i + channel]) }
            }
        }
        return sum / Double(255 * pitch * pitch)
    }
}
