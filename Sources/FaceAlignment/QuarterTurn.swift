import Imaging

/// A turn of a picture by quarters, clockwise.
enum QuarterTurn: Int, CaseIterable {
    case none, right, upsideDown, left

    /// The picture turned.
    func applied(to picture: Picture) -> Picture {
        let (w, h) = (picture.width, picture.height)
        let (width, height) = self == .right || self == .left ? (h, w) : (w, h)
        guard self != .none else { return picture }
        let pixels = [UInt8](unsafeUninitializedCapacity: w * h * 3) { target, count in
            for y in 0..<height {
                for x in 0..<width {
                    let (column, row) = back(x, y, w, h)
                    let (from, to) = (3 * (row * w + column), 3 * (y * width + x))
                    for channel in 0..<3 { target[to + channel] = picture.pixels[from + channel] }
                }
            }
            count = w * h * 3
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// A face found in the turned picture, where it is in the picture itself.
    /// - Parameters:
    ///   - width, height: of the picture itself.
    func undone(_ face: DetectedFace, width: Int, height: Int) -> DetectedFace {
        guard self != .none else { return face }
        func point(_ x: Double, _ y: Double) -> [Double] {
            let (column, row) = back(x, y, Double(width), Double(height))
            return [column, row]
        }
        let (a, b) = (point(face.box.left, face.box.top), point(face.box.right, face.box.bottom))
        return DetectedFace(
            box: FaceBox(
                left: min(a[0], b[0]), top: min(a[1], b[1]), right: max(a[0], b[0]), bottom: max(a[1], b[1])),
            score: face.score, landmarks: face.landmarks.map { point($0[0], $0[1]) })
    }

    /// From the turned picture to the picture itself, which has w×h pixels.
    private func back<Number: Numeric>(_ x: Number, _ y: Number, _ w: Number, _ h: Number) -> (Number, Number)
    {
        switch self {
        case .none: (x, y)
        case .right: (y, h - 1 - x)
        case .upsideDown: (w - 1 - x, h - 1 - y)
        case .left: (w - 1 - y, x)
        }
    }
}
