import Degradation
import Imaging

/// A face cut out of a photograph, upright, with the way back.
public struct AlignedFace: Equatable, Sendable {
    /// The crop, or the crop made smaller.
    public var picture: Picture
    /// Where the face was found, in the photograph.
    public var face: DetectedFace
    /// From pixels of `picture` to pixels of the photograph.
    public var transform: PhotoTransform
    public var photo: PhotoOrigin

    public init(picture: Picture, face: DetectedFace, transform: PhotoTransform, photo: PhotoOrigin) {
        self.picture = picture
        self.face = face
        self.transform = transform
        self.photo = photo
    }
}

/// A face cut out at 1024 pixels and downscaled by D, the operator that the search inverts, to `size` pixels.
///
/// Values are clamped and rounded to the nearest level; at 1024 it is the crop itself.
/// - Parameter size: 1…1024.
/// - Throws: as `align(_:to:side:)`.
public func alignedFace(
    _ photo: Photo, _ face: DetectedFace, size: Int
) throws(AlignmentError) -> AlignedFace {
    let crop = try align(photo.picture, to: face)
    var aligned = AlignedFace(
        picture: crop.picture, face: face, transform: crop.transform, photo: photo.origin)
    let side = crop.picture.width
    guard size < side else { return aligned }
    aligned.picture = Picture(
        Resampling(filter: .bicubic, from: side, to: size).apply(crop.picture.tensor()))
    aligned.transform = crop.transform.reduced(by: Double(side) / Double(size))
    return aligned
}
