import Imaging

/// Cuts a face out of a picture as the FFHQ data set does: upright, eyes and mouth in their usual places.
///
/// The picture is shrunk where it is much finer than the result, cropped to the face, continued by reflection
/// where the face reaches over its edge, and sampled four times as finely as the result before it is reduced.
/// - Parameter side: of the result, in pixels.
/// - Throws: `AlignmentError.landmarks` where the landmarks do not describe a face in the picture.
/// - Source: Karras et al. 2019, appendix A, with the constants of PULSE's `align_face`.
public func align(
    _ picture: Picture, to face: DetectedFace, side: Int = 1024
) throws(AlignmentError) -> Picture {
    precondition(side > 0, "a crop has at least one pixel")
    var square = try checkedSquare(of: face.landmarks, in: picture)
    let shrunk = try shrink(picture, &square, side: side)
    let border = max(Int((square.side * 0.1).rounded(.toNearestOrEven)), 3)
    let cropped = crop(shrunk, &square, border: border)
    let padded = try pad(cropped, &square, border: border)
    return try padded.extracting(square, side: side)
}

/// The square around landmarks that may come from anywhere.
func checkedSquare(
    of landmarks: [[Double]], in picture: Picture
) throws(AlignmentError) -> FaceSquare {
    do throws(LandmarkFault) {
        try checkPoints(landmarks)
        // A face that is seen at all has its landmarks within a few pictures' width.
        let reach = 4 * Double(max(picture.width, picture.height))
        if let index = landmarks.firstIndex(where: { abs($0[0]) > reach || abs($0[1]) > reach }) {
            throw LandmarkFault.farOutside(index: index)
        }
        let square = try FaceSquare(landmarks: landmarks)
        let bounds = square.bounds
        guard bounds.left < picture.width, bounds.top < picture.height, bounds.right > 0, bounds.bottom > 0
        else { throw LandmarkFault.elsewhere }
        return square
    } catch {
        throw .landmarks(error)
    }
}

/// Shrinks by a whole number where the square has more than four times the pixels of the result.
private func shrink(
    _ picture: Picture, _ square: inout FaceSquare, side: Int
) throws(AlignmentError) -> Picture {
    let factor = (square.side / Double(side) * 0.5).rounded(.down)
    guard factor > 1 else { return picture }
    square.divide(by: factor)
    func shrunk(_ extent: Int) -> Int { max(1, Int((Double(extent) / factor).rounded(.toNearestOrEven))) }
    return try picture.shrunk(width: shrunk(picture.width), height: shrunk(picture.height))
}

/// Crops to the square and a border around it, as far as the picture reaches.
private func crop(_ picture: Picture, _ square: inout FaceSquare, border: Int) -> Picture {
    let bounds = square.bounds
    // At least one pixel remains where shrinking moved the square over the edge.
    let left = min(max(bounds.left - border, 0), picture.width - 1)
    let top = min(max(bounds.top - border, 0), picture.height - 1)
    let box = PixelBox(
        left: left, top: top,
        right: max(min(bounds.right + border, picture.width), left + 1),
        bottom: max(min(bounds.bottom + border, picture.height), top + 1))
    guard box.right - box.left < picture.width || box.bottom - box.top < picture.height else {
        return picture
    }
    square.move(by: -SIMD2(Double(box.left), Double(box.top)))
    return picture.cropped(to: box)
}

/// Continues the picture by reflection where the square reaches over its edge, or nearly.
private func pad(
    _ picture: Picture, _ square: inout FaceSquare, border: Int
) throws(AlignmentError) -> Picture {
    let bounds = square.bounds
    var margin = Margin(
        left: max(border - bounds.left, 0), top: max(border - bounds.top, 0),
        right: max(bounds.right - picture.width + border, 0),
        bottom: max(bounds.bottom - picture.height + border, 0))
    guard margin.widest > border - 4 else { return picture }
    margin.widen(to: max(Int((square.side * 0.3).rounded(.toNearestOrEven)), 1))
    let softened = try picture.reflected(by: margin).fadingOut(in: margin, blur: square.side * 0.02)
    square.move(by: SIMD2(Double(margin.left), Double(margin.top)))
    return softened
}
