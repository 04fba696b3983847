/// A face in a picture: where it is, how sure the detector was, and its 68 landmarks.
///
/// Units: pixels of the upright picture, the centre of its first pixel at (0, 0).
public struct DetectedFace: Equatable, Sendable {
    /// The detector's box, or, for landmarks made elsewhere, the box around them.
    public var box: FaceBox
    /// The detector's score, above 0, higher is surer; none for landmarks made elsewhere.
    public var score: Double?
    /// Shapes: [68][2], x and y, in the order of the iBUG 300-W annotation: chin, brows, nose, eyes, mouth.
    public var landmarks: [[Double]]

    public init(box: FaceBox, score: Double?, landmarks: [[Double]]) {
        self.box = box
        self.score = score
        self.landmarks = landmarks
    }

    /// The square that the crop shows.
    ///
    /// Shapes: [4][2], corners in the order upper left, lower left, lower right, upper right of the upright face;
    /// empty where the landmarks do not describe a face.
    public var quad: [[Double]] {
        guard let square = try? FaceSquare(landmarks: landmarks) else { return [] }
        return square.corners.map { [$0.x, $0.y] }
    }
}

/// A box in pixels, its four sides inside it; written as `[left, top, right, bottom]`.
public struct FaceBox: Equatable, Sendable {
    public var left, top, right, bottom: Double

    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// The box around points.
    init(around points: [[Double]]) {
        let xs = points.map { $0[0] }
        let ys = points.map { $0[1] }
        self.init(
            left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 0, bottom: ys.max() ?? 0)
    }
}
