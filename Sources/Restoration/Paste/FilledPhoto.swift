import Foundation
import Imaging

/// A photograph whose mosaics are filled with faces, in its own size or enlarged.
///
/// Enlarged it is made twice: the photograph is filled in its own size first and that is enlarged, so that around a mosaic
/// nothing of its blocks' colours is left; then the faces are drawn again, with all their pixels.
struct FilledPhoto {
    /// A face that goes into a photograph.
    struct Face {
        /// Aligned.
        var picture: Picture
        var place: LocatedFace
        /// What is over it.
        var regions: [MosaicRegion]
    }

    /// A region of the result, with those of its blocks that are filled.
    typealias Filling = (region: MosaicRegion, cells: [MosaicCell])

    private(set) var picture: Picture
    /// Which of its pixels are no longer the photograph's.
    private(set) var changed: [Bool]
    /// For each face.
    private(set) var fillings: [[Filling]] = []
    let scale: Int

    /// - Parameters:
    ///   - smooth: the photograph with its blocks smoothed.
    ///   - scale: 1, 2 or 4.
    init(_ photo: Picture, smooth: SmoothPhoto, _ faces: [Face], scale: Int, threads: Int) {
        self.scale = scale
        picture = photo
        changed = Array(repeating: false, count: photo.width * photo.height)
        fill(faces, smooth: smooth.picture, threads: threads)
        guard scale > 1 else { return }
        changed = enlarged(changed, width: photo.width, height: photo.height)
        picture = picture.enlarged(times: scale)
        let larger = faces.map { face in
            Face(
                picture: face.picture, place: face.place.enlarged(times: scale),
                regions: face.regions.map { $0.enlarged(times: scale, in: photo) })
        }
        fill(larger, smooth: SmoothPhoto(picture, larger.flatMap(\.regions)).picture, threads: threads)
    }

    private mutating func fill(_ faces: [Face], smooth: Picture, threads: Int) {
        let paste = PasteBack(threads: threads)
        fillings = faces.map { face in
            face.regions.map { region in
                let cells = paste(
                    face.picture, at: face.place, into: &picture, region, smooth: smooth, changed: &changed)
                return (region, cells)
            }
        }
    }

    /// Which pixels of the enlarged photograph what has changed can be seen in: as far as the filter reaches.
    private func enlarged(_ changed: [Bool], width: Int, height: Int) -> [Bool] {
        let reach = 3
        var rows = changed
        for i in changed.indices where changed[i] {
            let (x, start) = (i % width, i - i % width)
            for near in max(0, x - reach)...min(width - 1, x + reach) { rows[start + near] = true }
        }
        var both = rows
        for i in rows.indices where rows[i] {
            let (x, y) = (i % width, i / width)
            for near in max(0, y - reach)...min(height - 1, y + reach) { both[near * width + x] = true }
        }
        var result = [Bool](repeating: false, count: changed.count * scale * scale)
        for y in 0..<height * scale {
            for x in 0..<width * scale {
                result[y * width * scale + x] = both[y / scale * width + x / scale]
            }
        }
        return result
    }

    /// The file that a request asks for: what was not filled is the photograph's own.
    /// - Throws: `PictureError`.
    func encoded(
        over original: OriginalPicture, _ request: RestoreRequest, _ provenance: Provenance
    ) throws -> Data {
        try original.encoded(
            replacing: picture, where: changed, scale: scale, format: request.format, provenance: provenance,
            keepsLocation: request.keepsLocation)
    }
}
