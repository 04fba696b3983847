import Imaging

/// A face cut out of a picture, and where its pixels come from.
public struct FaceCrop: Equatable, Sendable {
    public var picture: Picture
    /// From pixels of the crop to pixels of the picture.
    public var transform: PhotoTransform
}

/// Cuts a face out of a picture as the FFHQ data set does: upright, eyes and mouth in their usual places.
///
/// The picture is shrunk where it is much finer than the result, cropped to the face, continued by reflection
/// where the face reaches over its edge, and sampled four times as finely as the result before it is reduced.
/// - Parameter side: of the result, in pixels.
/// - Throws: `AlignmentError.landmarks` where the landmarks do not describe a face in the picture.
/// - Source: Karras et al. 2019, appendix A, with the constants of PULSE's `align_face`.
public func align(
    _ picture: Picture, to face: DetectedFace, side: Int = 1024
) throws(AlignmentError) -> FaceCrop {
    precondition(side > 0, "a crop has at least one pixel")
    var cutting = Cutting(picture: picture, square: try checkedSquare(of: face.landmarks, in: picture))
    try cutting.shrink(for: side)
    let border = max(Int((cutting.square.side * 0.1).rounded(.toNearestOrEven)), 3)
    cutting.crop(border: border)
    try cutting.pad(border: border)
    return FaceCrop(
        picture: try cutting.picture.extracting(cutting.square, side: side),
        transform: cutting.transform(side: side))
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

/// A picture on its way to a crop, and where it lies in the one that it comes from.
private struct Cutting {
    var picture: Picture
    /// In `picture`, whose first pixel has its centre at (0, 0).
    var square: FaceSquare
    /// Pixels of the original for one of `picture`.
    private var scale = SIMD2(1.0, 1.0)
    /// The upper left corner of `picture`, in pixels of its size, in the original.
    private var corner = SIMD2(0.0, 0.0)

    init(picture: Picture, square: FaceSquare) {
        self.picture = picture
        self.square = square
    }

    /// Shrinks by a whole number where the square has more than four times the pixels of the result.
    mutating func shrink(for side: Int) throws(AlignmentError) {
        let factor = (square.side / Double(side) * 0.5).rounded(.down)
        guard factor > 1 else { return }
        // The original's rule: it divides positions that count from pixel centres, and rounds the sides.
        square.divide(by: factor)
        func shrunk(_ extent: Int) -> Int {
            max(1, Int((Double(extent) / factor).rounded(.toNearestOrEven)))
        }
        let smaller = try picture.shrunk(width: shrunk(picture.width), height: shrunk(picture.height))
        scale = SIMD2(
            Double(picture.width) / Double(smaller.width), Double(picture.height) / Double(smaller.height))
        picture = smaller
    }

    /// Crops to the square and a border around it, as far as the picture reaches.
    mutating func crop(border: Int) {
        let bounds = square.bounds
        // At least one pixel remains where shrinking moved the square over the edge.
        let left = min(max(bounds.left - border, 0), picture.width - 1)
        let top = min(max(bounds.top - border, 0), picture.height - 1)
        let box = PixelBox(
            left: left, top: top,
            right: max(min(bounds.right + border, picture.width), left + 1),
            bottom: max(min(bounds.bottom + border, picture.height), top + 1))
        guard box.right - box.left < picture.width || box.bottom - box.top < picture.height else { return }
        picture = picture.cropped(to: box)
        move(by: -SIMD2(Double(box.left), Double(box.top)))
    }

    /// Continues the picture by reflection where the square reaches over its edge, or nearly.
    mutating func pad(border: Int) throws(AlignmentError) {
        let bounds = square.bounds
        var margin = Margin(
            left: max(border - bounds.left, 0), top: max(border - bounds.top, 0),
            right: max(bounds.right - picture.width + border, 0),
            bottom: max(bounds.bottom - picture.height + border, 0))
        guard margin.widest > border - 4 else { return }
        margin.widen(to: max(Int((square.side * 0.3).rounded(.toNearestOrEven)), 1))
        picture = try picture.reflected(by: margin).fadingOut(in: margin, blur: square.side * 0.02)
        move(by: SIMD2(Double(margin.left), Double(margin.top)))
    }

    private mutating func move(by offset: SIMD2<Double>) {
        square.move(by: offset)
        corner -= offset
    }

    /// From the square, drawn with `side` pixels, to the original picture.
    func transform(side: Int) -> PhotoTransform {
        let corners = square.corners
        let pixels = Double(side)
        return PhotoTransform(
            right: (corners[3] - corners[0]) / pixels * scale,
            down: (corners[1] - corners[0]) / pixels * scale,
            // From pixel centres to corners.
            origin: (corners[0] + 0.5 + corner) * scale)
    }
}
