import Degradation
import FaceAlignment
import Imaging
import Search
import Tensors

/// Fills the blocks of a mosaic with a face, so that their means stay what they were and no seam shows.
struct PasteBack {
    private let threads: Int

    init(threads: Int) { self.threads = threads }

    /// - Parameters:
    ///   - face: an aligned picture.
    ///   - smooth: the photograph with its blocks smoothed, which is taken where a mosaic reaches beyond the face's square.
    ///   - photo: changed where the mosaic was.
    ///   - changed: one entry for each of its pixels, set where it is changed.
    /// - Returns: the blocks that are filled: those far beyond the face's square are not.
    func callAsFunction(
        _ face: Picture, at place: LocatedFace, into photo: inout Picture, _ region: MosaicRegion,
        smooth: Picture,
        changed: inout [Bool]
    ) -> [MosaicCell] {
        let cells = region.cells.filter { isNear($0, region.grid, place) }
        guard let canvas = FitCanvas(around: cells, of: region.grid) else { return [] }
        let colours = Dictionary(zip(region.cells, region.colours)) { first, _ in first }
        let mask = Mask(cells, region, canvas, photo)
        var picture = filled(face, place, photo, smooth, canvas, mask)
        var target = means(of: picture, canvas)
        let plane = canvas.blocks * canvas.blocks
        for cell in cells {
            guard let index = canvas.index(of: cell), let colour = colours[cell] else { continue }
            for channel in 0..<3 { target[channel * plane + index] = Float(colour[channel]) }
        }
        let box = Resampling(filter: .box, from: canvas.side, to: canvas.blocks)
        if let fit = ExactFit(degradation: box, threads: threads) { _ = fit(&picture, to: target) }
        write(picture, canvas, region, cells, colours, into: &photo, changed: &changed)
        return cells
    }

    /// How far beyond the face's square blocks are filled, in its sides from the middle.
    private static let reach = 0.8
    /// Over which share of its side the face gives way to the smoothed photograph at the edge of its square.
    private static let feather = 0.05

    private func isNear(_ cell: MosaicCell, _ grid: MosaicGrid, _ place: LocatedFace) -> Bool {
        let middle = SIMD2(
            (grid.across.line(cell.column) + grid.across.line(cell.column + 1)) / 2,
            (grid.down.line(cell.row) + grid.down.line(cell.row + 1)) / 2)
        let offset = place.transform.inFace(middle) / Double(LocatedFace.side) - 0.5
        return max(abs(offset.x), abs(offset.y)) < Self.reach
    }

    /// The face in the mask, or what is smooth beyond its square, moved so that it meets the photograph at the mask's edge;
    /// the photograph around it.
    private func filled(
        _ face: Picture, _ place: LocatedFace, _ photo: Picture, _ smooth: Picture, _ canvas: FitCanvas,
        _ mask: Mask
    ) -> Tensor<Float> {
        let n = canvas.side
        let around: Tensor<Float> = photo.view(canvas.transform, side: n)
        // From the canvas to the aligned face, which `view` sees as a photograph.
        let origin = place.transform.inFace(canvas.inPhoto(0, 0))
        let toFace = PhotoTransform(
            right: place.transform.inFace(canvas.inPhoto(1, 0)) - origin,
            down: place.transform.inFace(canvas.inPhoto(0, 1)) - origin, origin: origin)
        var picture = face.view(toFace, side: n)
        let beyond: Tensor<Float> = smooth.view(canvas.transform, side: n)
        for y in 0..<n {
            for x in 0..<n {
                let at = toFace.inPhoto(SIMD2(Double(x) + 0.5, Double(y) + 0.5)) / Double(face.width)
                let inside = min(min(at.x, 1 - at.x), min(at.y, 1 - at.y)) / Self.feather
                guard inside < 1 else { continue }
                for channel in 0..<3 {
                    let i = (channel * n + y) * n + x
                    picture[i] = beyond[i] + Float(max(inside, 0)) * (picture[i] - beyond[i])
                }
            }
        }
        let cell = max(1, canvas.pixels / 4)
        var difference = around
        for i in 0..<difference.count { difference[i] -= picture[i] }
        let seam = SeamField(
            difference, outside: mask.pixels, side: n, cell: n % cell == 0 ? cell : 1,
            reach: Double(canvas.pixels))
        for channel in 0..<3 {
            for y in 0..<n {
                for x in 0..<n {
                    let i = (channel * n + y) * n + x
                    picture[i] =
                        mask.pixels[y * n + x]
                        ? min(max(picture[i] + seam.value(channel: channel, x: x, y: y), 0), 1) : around[i]
                }
            }
        }
        return picture
    }

    /// Which pixels of a canvas belong to the mosaic.
    private struct Mask {
        var pixels: [Bool]

        init(_ cells: [MosaicCell], _ region: MosaicRegion, _ canvas: FitCanvas, _ photo: Picture) {
            let n = canvas.side
            pixels = [Bool](repeating: false, count: n * n)
            for cell in cells {
                guard let index = canvas.index(of: cell) else { continue }
                let part = region.parts[cell].map { part in
                    (
                        part, region.grid.across.pixels(cell.column, in: photo.width),
                        region.grid.down.pixels(cell.row, in: photo.height)
                    )
                }
                let (left, top) = (
                    index % canvas.blocks * canvas.pixels, index / canvas.blocks * canvas.pixels
                )
                for y in top..<top + canvas.pixels {
                    for x in left..<left + canvas.pixels {
                        guard let (flags, columns, rows) = part else {
                            pixels[y * n + x] = true
                            continue
                        }
                        let point = canvas.inPhoto(Double(x) + 0.5, Double(y) + 0.5)
                        let (column, row) = (
                            Int(point.x) - columns.lowerBound, Int(point.y) - rows.lowerBound
                        )
                        pixels[y * n + x] =
                            column >= 0 && row >= 0 && column < columns.count && row < rows.count
                            && flags[row * columns.count + column]
                    }
                }
            }
        }
    }

    private func means(of picture: Tensor<Float>, _ canvas: FitCanvas) -> Tensor<Float> {
        Resampling(filter: .box, from: canvas.side, to: canvas.blocks).apply(picture)
    }
}

// MARK: - Into the photograph

extension PasteBack {
    private func write(
        _ picture: Tensor<Float>, _ canvas: FitCanvas, _ region: MosaicRegion, _ cells: [MosaicCell],
        _ colours: [MosaicCell: SIMD3<Double>], into photo: inout Picture, changed: inout [Bool]
    ) {
        let (n, grid) = (canvas.side, region.grid)
        for cell in cells {
            let (columns, rows) = (
                grid.across.pixels(cell.column, in: photo.width), grid.down.pixels(cell.row, in: photo.height)
            )
            guard let colour = colours[cell], !columns.isEmpty, !rows.isEmpty else { continue }
            let part = region.parts[cell]
            var values: [(place: Int, value: SIMD3<Double>)] = []
            var fixed = SIMD3<Double>()
            for y in rows {
                for x in columns {
                    let i = y * photo.width + x
                    if let part, !part[(y - rows.lowerBound) * columns.count + x - columns.lowerBound] {
                        for channel in 0..<3 { fixed[channel] += Double(photo.pixels[3 * i + channel]) / 255 }
                        continue
                    }
                    let point = canvas.fromPhoto(SIMD2(Double(x) + 0.5, Double(y) + 0.5))
                    values.append((i, sample(picture, point, side: n)))
                }
            }
            let count = Double(columns.count * rows.count)
            level(&values, to: colour * count - fixed)
            for (i, value) in values {
                changed[i] = true
                for channel in 0..<3 {
                    photo.pixels[3 * i + channel] = UInt8((255 * min(max(value[channel], 0), 1)).rounded())
                }
            }
        }
    }

    /// Moves values so that they add up to a sum, as far as black and white let them.
    private func level(_ values: inout [(place: Int, value: SIMD3<Double>)], to sum: SIMD3<Double>) {
        guard !values.isEmpty else { return }
        for channel in 0..<3 {
            for _ in 0..<4 {
                let missing = sum[channel] - values.reduce(0) { $0 + $1.value[channel] }
                let share = missing / Double(values.count)
                guard abs(share) > 0.1 / 255 else { break }
                for i in values.indices {
                    values[i].value[channel] = min(max(values[i].value[channel] + share, 0), 1)
                }
            }
        }
    }

    /// Between the four nearest pixels.
    private func sample(_ picture: Tensor<Float>, _ point: SIMD2<Double>, side n: Int) -> SIMD3<Double> {
        let (x, y) = (min(max(point.x - 0.5, 0), Double(n - 1)), min(max(point.y - 0.5, 0), Double(n - 1)))
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, n - 1), min(top + 1, n - 1))
        let (along, below) = (x - Double(left), y - Double(top))
        var result = SIMD3<Double>()
        for channel in 0..<3 {
            func at(_ x: Int, _ y: Int) -> Double { Double(picture[(channel * n + y) * n + x]) }
            let upper = at(left, top) + along * (at(right, top) - at(left, top))
            let lower = at(left, bottom) + along * (at(right, bottom) - at(left, bottom))
            result[channel] = upper + below * (lower - upper)
        }
        return result
    }
}
