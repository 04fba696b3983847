import Foundation
import Imaging

/// A photograph whose mosaics are filled, face by face.
struct FilledPhoto {
    private(set) var picture: Picture
    /// Which of its pixels are no longer the photograph's.
    private(set) var changed: [Bool]
    private let smooth: Picture
    private let paste: PasteBack

    /// - Parameter smooth: the photograph with its blocks smoothed.
    init(_ photo: Picture, smooth: Picture, threads: Int) {
        (picture, self.smooth, paste) = (photo, smooth, PasteBack(threads: threads))
        changed = Array(repeating: false, count: photo.width * photo.height)
    }

    /// - Parameter face: an aligned picture.
    /// - Returns: for each region the blocks that are filled.
    mutating func fill(
        _ regions: [MosaicRegion], with face: Picture, at place: LocatedFace
    ) -> [(region: MosaicRegion, cells: [MosaicCell])] {
        regions.map { region in
            (region, paste(face, at: place, into: &picture, region, smooth: smooth, changed: &changed))
        }
    }

    /// The file that a request asks for: what was not filled is the photograph's own.
    /// - Throws: `PictureError`.
    func encoded(
        over original: OriginalPicture, _ request: RestoreRequest, _ provenance: Provenance
    ) throws -> Data {
        try original.encoded(
            replacing: picture, where: changed, scale: 1, format: request.format, provenance: provenance,
            keepsLocation: request.keepsLocation)
    }
}
