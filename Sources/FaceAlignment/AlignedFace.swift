import Degradation
import Imaging

/// A face cut out at 1024 pixels and downscaled by D, the operator that the search inverts, to `size` pixels.
///
/// Values are clamped and rounded to the nearest level; at 1024 it is the crop itself.
/// - Parameter size: 1…1024.
/// - Throws: as `align(_:to:side:)`.
public func alignedFace(
    _ picture: Picture, _ face: DetectedFace, size: Int
) throws(AlignmentError) -> Picture {
    let crop = try align(picture, to: face)
    guard size < crop.width else { return crop }
    return Picture(Resampling(filter: .bicubic, from: crop.width, to: size).apply(crop.tensor()))
}
