import FaceAlignment
import Imaging
import Tensors

/// The picture that shows a restored photograph at a glance: the photograph with what was found in it, and for each face
/// what was given, the candidates, the first of them pixelated again, and how that differs from what was given.
struct RestoreOverview {
    let photo: Picture
    let survey: Survey
    /// The numbers of those that were restored.
    let faces: [Int]

    /// Most candidates that are drawn.
    static let limit = 4
    private static let width = 1600
    private static let margin = 20
    private static let text = 20

    private enum Ink {
        static let paper: (UInt8, UInt8, UInt8) = (250, 249, 246)
        static let text: (UInt8, UInt8, UInt8) = (32, 32, 36)
        static let quiet: (UInt8, UInt8, UInt8) = (112, 112, 118)
        static let face: (UInt8, UInt8, UInt8) = (255, 196, 0)
        static let region: (UInt8, UInt8, UInt8) = (0, 170, 255)
    }

    /// - Parameters:
    ///   - restored: the photographs written, in the order of their candidates.
    ///   - scale: how many times as wide and as high as the photograph they are.
    func picture(of restored: [Picture], scale: Int) -> Picture {
        let (margin, text) = (Self.margin, Self.text)
        let marked = marked(longest: 900)
        let shown = Array(restored.prefix(Self.limit))
        let columns = 3 + shown.count
        let side = (Self.width - (columns + 1) * margin) / columns
        let head = margin + text * 5
        let row = side + text * 3
        var page = Picture.canvas(
            width: Self.width, height: head + marked.height + margin + faces.count * row + margin,
            fill: Ink.paper)
        page.drawText(
            "Imagined faces – not the people in the photograph", x: margin, y: margin, size: text * 3 / 2,
            colour: Ink.text)
        page.drawText(
            "Each is one of many that could be imagined under the blocks; they are equals. Numbers are faces, blue boxes mosaics.",
            x: margin, y: margin + text * 5 / 2, size: text, colour: Ink.quiet)
        page.draw(marked, x: margin, y: head)
        for (place, number) in faces.enumerated() {
            let y = head + marked.height + margin + place * row
            draw(number, shown, scale: scale, side: side, y: y, on: &page)
        }
        return page
    }

    private func draw(
        _ number: Int, _ shown: [Picture], scale: Int, side: Int, y: Int, on page: inout Picture
    ) {
        let margin = Self.margin
        let face = survey.hidden[number - 1]
        let window = window(of: face)
        func crop(_ picture: Picture, _ scale: Int = 1) -> Picture {
            let window = window.enlarged(times: scale)
            return Picture(picture.view(window.drawn(with: side, insteadOf: LocatedFace.side), side: side))
        }
        var x = margin
        func put(_ picture: Picture, _ title: String) {
            page.draw(picture, x: x, y: y)
            page.drawText(title, x: x, y: y + side + Self.text / 2, size: Self.text, colour: Ink.text)
            x += side + margin
        }
        put(crop(photo), "Face \(number): given")
        for (index, picture) in shown.enumerated() { put(crop(picture, scale), "\(index + 1)") }
        guard let first = shown.first else { return }
        let again = photo.pixelated(by: face.regions.map { survey.regions[$0] }, like: first, scale: scale)
        put(crop(again), "1 pixelated again")
        let given = survey.blocky
        var difference = photo
        for i in difference.pixels.indices {
            difference.pixels[i] = UInt8(
                min(max(128 + 16 * (Int(again.pixels[i]) - Int(given.pixels[i])), 0), 255))
        }
        put(crop(difference), "difference, ×16")
    }

    /// The face's square, and what of its mosaics reaches beyond; upright as the photograph is.
    private func window(of face: Survey.Face) -> PhotoTransform {
        let centre = face.place.place(0.5, 0.5)
        return PhotoTransform(centre: centre, size: face.place.size * 1.25, roll: 0, side: LocatedFace.side)
    }

    /// The photograph, small, with boxes.
    private func marked(longest: Int) -> Picture {
        let scale = min(1, Double(longest) / Double(max(photo.width, photo.height)))
        let (width, height) = (
            max(1, Int(Double(photo.width) * scale)), max(1, Int(Double(photo.height) * scale))
        )
        let view = PhotoTransform(
            right: SIMD2(Double(photo.width) / Double(width), 0),
            down: SIMD2(0, Double(photo.height) / Double(height)),
            origin: SIMD2())
        let square: Tensor<Float> = photo.view(view, side: max(width, height))
        var small = Picture.canvas(width: width, height: height)
        small.draw(Picture(square), x: 0, y: 0)
        for region in survey.regions {
            let box = region.box
            let corners = [
                SIMD2(box.left, box.top), SIMD2(box.right, box.top), SIMD2(box.right, box.bottom),
                SIMD2(box.left, box.bottom),
            ]
            small.drawPolygon(corners.map { $0 * scale }, colour: Ink.region)
        }
        for (index, face) in survey.faces.enumerated() {
            let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map {
                face.place.place($0.0, $0.1) * scale
            }
            small.drawPolygon(corners, colour: Ink.face)
            small.drawText(
                "\(index + 1)", x: Int(corners[0].x) + 4, y: Int(corners[0].y) + 2, size: Self.text,
                colour: Ink.face)
        }
        return small
    }
}

extension Survey {
    /// The photograph with every block in its own colour: what a restored one pixelated again is compared with.
    var blocky: Picture { photo.pixelated(by: regions) { _, _, colour in colour } }
}

extension Picture {
    /// Every block of mosaics in the mean of its pixels.
    func pixelated(by regions: [MosaicRegion]) -> Picture { pixelated(by: regions, like: self, scale: 1) }

    /// Every block of mosaics in the mean that it has in another picture, `scale` times as wide and as high.
    fileprivate func pixelated(by regions: [MosaicRegion], like other: Picture, scale: Int) -> Picture {
        pixelated(by: regions) { region, cell, _ in
            let grid = region.grid.enlarged(times: scale)
            return other.mean(
                columns: grid.across.pixels(cell.column, in: other.width),
                rows: grid.down.pixels(cell.row, in: other.height))
        }
    }

    /// - Parameter colour: of a block of a region, given its colour as it was found.
    fileprivate func pixelated(
        by regions: [MosaicRegion], colour: (MosaicRegion, MosaicCell, SIMD3<Double>) -> SIMD3<Double>?
    ) -> Picture {
        var result = self
        for region in regions {
            for (cell, given) in zip(region.cells, region.colours) {
                let columns = region.grid.across.pixels(cell.column, in: width)
                let rows = region.grid.down.pixels(cell.row, in: height)
                guard let colour = colour(region, cell, given) else { continue }
                let value = 255 * colour
                for y in rows {
                    for x in columns {
                        for channel in 0..<3 {
                            result.pixels[3 * (y * width + x) + channel] = UInt8(
                                min(max(value[channel], 0), 255).rounded())
                        }
                    }
                }
            }
        }
        return result
    }

    /// Draws the edges of a polygon, two pixels wide.
    mutating func drawPolygon(_ corners: [SIMD2<Double>], colour: (UInt8, UInt8, UInt8)) {
        for (start, end) in zip(corners, corners.dropFirst() + corners.prefix(1)) {
            let offset = end - start
            let steps = max(1, Int(max(abs(offset.x), abs(offset.y)).rounded()))
            for step in 0...min(steps, 100_000) {
                let point = start + offset * (Double(step) / Double(steps))
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let (x, y) = (Int(point.x) + dx, Int(point.y) + dy)
                    guard (0..<width).contains(x), (0..<height).contains(y) else { continue }
                    let i = 3 * (y * width + x)
                    (pixels[i], pixels[i + 1], pixels[i + 2]) = colour
                }
            }
        }
    }
}
