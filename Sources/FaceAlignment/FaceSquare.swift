/// The oriented square around a face that the FFHQ data set crops to, from its 68 landmarks.
///
/// Source: Karras et al., "A Style-Based Generator Architecture for Generative Adversarial Networks", appendix A,
/// which aligns faces by their eyes and mouth corners.
struct FaceSquare: Equatable {
    var centre: SIMD2<Double>
    /// From the centre to the middle of the face's right side as seen; half a side long.
    var axis: SIMD2<Double>

    /// - Throws: `LandmarkFault` where the list is not 68 points or they give no direction.
    init(landmarks: [[Double]]) throws(LandmarkFault) {
        try checkPoints(landmarks)
        let points = landmarks.map { SIMD2($0[0], $0[1]) }
        let leftEye = mean(points[36..<42])
        let rightEye = mean(points[42..<48])
        let eyes = (leftEye + rightEye) / 2
        let eyeToEye = rightEye - leftEye
        let mouth = (points[48] + points[54]) / 2
        let eyesToMouth = mouth - eyes

        // The face's own horizontal: between the eyes' line and the perpendicular of eyes-to-mouth.
        let direction = eyeToEye - turned(eyesToMouth)
        let span = max(length(eyeToEye) * 2, length(eyesToMouth) * 1.8)
        guard length(direction) > 1e-6 * span, span >= smallestSpan else { throw .tooSmall(side: span * 2) }
        axis = direction / length(direction) * span
        centre = eyes + eyesToMouth * 0.1
    }

    var side: Double { length(axis) * 2 }

    /// Upper left, lower left, lower right, upper right of the upright face.
    var corners: [SIMD2<Double>] {
        let down = turned(axis)
        return [centre - axis - down, centre - axis + down, centre + axis + down, centre + axis - down]
    }

    /// The smallest box of whole pixels around the corners.
    var bounds: PixelBox {
        let xs = corners.map(\.x)
        let ys = corners.map(\.y)
        return PixelBox(
            left: Int((xs.min() ?? 0).rounded(.down)), top: Int((ys.min() ?? 0).rounded(.down)),
            right: Int((xs.max() ?? 0).rounded(.up)), bottom: Int((ys.max() ?? 0).rounded(.up)))
    }

    mutating func move(by offset: SIMD2<Double>) { centre += offset }

    mutating func divide(by factor: Double) {
        centre /= factor
        axis /= factor
    }
}

/// Whole pixels; `right` and `bottom` are just outside.
struct PixelBox: Equatable {
    var left, top, right, bottom: Int
}

/// Half a side of the smallest square that is taken for a face, in pixels.
private let smallestSpan = 2.0

/// Expects 68 pairs of finite numbers.
func checkPoints(_ landmarks: [[Double]]) throws(LandmarkFault) {
    guard landmarks.count == 68 else { throw .count(landmarks.count) }
    if let index = landmarks.firstIndex(where: { $0.count != 2 || !$0.allSatisfy(\.isFinite) }) {
        throw .notAPoint(index: index)
    }
}

private func mean(_ points: ArraySlice<SIMD2<Double>>) -> SIMD2<Double> {
    points.reduce(.zero, +) / Double(points.count)
}

/// A quarter turn clockwise as seen, rows growing downwards.
private func turned(_ vector: SIMD2<Double>) -> SIMD2<Double> { SIMD2(-vector.y, vector.x) }

private func length(_ vector: SIMD2<Double>) -> Double { (vector * vector).sum().squareRoot() }
