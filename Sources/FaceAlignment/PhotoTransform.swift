/// The affine map from an aligned face to the photograph that it was cut from, and back.
///
/// A point (u, v) of the face is the point u · `right` + v · `down` + `origin` of the photograph. It says where the
/// pixels of the face come from, which `DetectedFace.quad` does for small photographs only: a large one is shrunk first,
/// and as in the original procedure the quad is not corrected for the half pixel that this shifts it by, nor for the
/// rounding of the sides. Both are in this map.
///
/// Units: pixels on both sides, in continuous coordinates from the upper left corner, so that pixel (i, j) covers
/// i…i+1 and j…j+1 and has its centre at (i + ½, j + ½); a picture of W×H pixels spans 0…W and 0…H. The photograph is
/// the upright one. The box, the landmarks and the quad of a `DetectedFace` count from the centre of the first pixel
/// instead: landmark (x, y) is the point (x + ½, y + ½) here.
public struct PhotoTransform: Equatable, Sendable {
    /// Where one pixel to the right in the face leads in the photograph.
    public var right: SIMD2<Double>
    /// Where one pixel down in the face leads in the photograph.
    public var down: SIMD2<Double>
    /// The point of the photograph that the upper left corner of the face shows.
    public var origin: SIMD2<Double>

    public init(right: SIMD2<Double>, down: SIMD2<Double>, origin: SIMD2<Double>) {
        self.right = right
        self.down = down
        self.origin = origin
    }

    /// The point of the photograph that a point of the face shows.
    public func inPhoto(_ point: SIMD2<Double>) -> SIMD2<Double> {
        right * point.x + down * point.y + origin
    }

    /// The point of the face that shows a point of the photograph; the inverse of `inPhoto(_:)`.
    public func inFace(_ point: SIMD2<Double>) -> SIMD2<Double> {
        let offset = point - origin
        return SIMD2(
            (offset.x * down.y - offset.y * down.x) / determinant,
            (right.x * offset.y - right.y * offset.x) / determinant)
    }

    /// How many pixels of the photograph one pixel of the face covers; not zero where the map has an inverse.
    public var determinant: Double { right.x * down.y - right.y * down.x }

    /// The map from the same face with `factor` times fewer pixels along each side.
    func reduced(by factor: Double) -> PhotoTransform {
        PhotoTransform(right: right * factor, down: down * factor, origin: origin)
    }
}

extension PhotoTransform: Codable {
    /// Reads [[a, b, c], [d, e, f]]: x = a u + b v + c, y = d u + e v + f.
    public init(from decoder: Decoder) throws {
        let rows = try [[Double]](from: decoder)
        guard rows.count == 2, rows.allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isFinite) }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a transform is two rows of three"))
        }
        self.init(
            right: SIMD2(rows[0][0], rows[1][0]), down: SIMD2(rows[0][1], rows[1][1]),
            origin: SIMD2(rows[0][2], rows[1][2]))
    }

    public func encode(to encoder: Encoder) throws {
        try [[right.x, down.x, origin.x], [right.y, down.y, origin.y]].encode(to: encoder)
    }
}
