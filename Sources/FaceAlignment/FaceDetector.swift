import CDlib
import Foundation
import Imaging

/// Finds faces and their landmarks, as PULSE does: dlib's frontal face detector on the picture at twice its
/// size, dlib's 68-landmark shape predictor on the picture itself.
///
/// Reading the landmark model takes about a second: keep the detector. It may be shared between threads.
public struct FaceDetector: Sendable {
    private let handle: Handle

    /// - Parameter landmarkModel: the file of dlib's 68-landmark model; nil looks at `$PULSE_LANDMARKS`, in the
    ///   model store and where packages put it.
    public init(landmarkModel: URL? = nil) throws(AlignmentError) {
        let url = try LandmarkModel.locate(landmarkModel)
        var opened: OpaquePointer?
        switch cdlib_open(url.path, &opened) {
        case CDLIB_OK: break
        case CDLIB_UNSUITABLE: throw .landmarkModelUnsuitable(path: url.relativePath)
        default: throw .landmarkModelUnreadable(path: url.relativePath)
        }
        guard let opened else { throw .landmarkModelUnreadable(path: url.relativePath) }
        handle = Handle(opened)
    }

    /// The faces in a picture, in dlib's order: the surest first.
    ///
    /// Where none is upright, they are looked for in the picture turned by quarters, up to 16 megapixels.
    /// - Parameter smallest: how many pixels across faces are looked for from; memory and time bound that in large pictures
    ///   (`smallestFace(in:smallest:)`).
    /// - Throws: `AlignmentError`; finding nothing is not an error.
    public func faces(in picture: Picture, smallest: Int = smallestFace) throws(AlignmentError)
        -> [DetectedFace]
    {
        let canTurn = picture.width * picture.height <= mostTurnedPixels
        for turn in QuarterTurn.allCases where turn == .none || canTurn {
            let turned = turn.applied(to: picture)
            let scan = Scan(width: turned.width, height: turned.height, smallest: smallest)
            let faces = try faces(in: turned, scan: scan)
            if !faces.isEmpty {
                return faces.map { turn.undone($0, width: picture.width, height: picture.height) }
            }
        }
        return []
    }

    func faces(in picture: Picture, scan: Scan) throws(AlignmentError) -> [DetectedFace] {
        let reduced = scan.reduction > 1 ? try scan.reduced(picture) : picture
        let boxes = try find(in: reduced, doublings: scan.doublings)
        var faces: [DetectedFace] = []
        for box in boxes {
            let whole = box.scaled(
                across: Double(picture.width) / Double(reduced.width),
                down: Double(picture.height) / Double(reduced.height))
            faces.append(try placeLandmarks(of: whole, in: picture))
        }
        return faces
    }

    /// The extent in pixels of the smallest face that is looked for unless asked for.
    public static let smallestFace = 40
    /// The extents that can be asked for.
    public static let smallestFaces = 10...40

    /// The extent in pixels of the smallest face that is looked for in a picture of this size.
    public static func smallestFace(in picture: Picture, smallest: Int = smallestFace) -> Int {
        let scan = Scan(width: picture.width, height: picture.height, smallest: smallest)
        return scan.doublings > 0 ? (2 * smallestFace) >> scan.doublings : 2 * smallestFace * scan.reduction
    }

    private func find(in picture: Picture, doublings: Int) throws(AlignmentError) -> [cdlib_face] {
        var found = [cdlib_face](repeating: cdlib_face(), count: mostFaces)
        var count: Int32 = 0
        let status = picture.pixels.withUnsafeBufferPointer { pixels in
            cdlib_find_faces(
                handle.pointer, borrowed(pixels, picture), Int32(doublings), &found, Int32(mostFaces), &count)
        }
        try check(status, picture)
        return Array(found.prefix(Int(count)))
    }

    private func placeLandmarks(
        of box: cdlib_face, in picture: Picture
    ) throws(AlignmentError) -> DetectedFace {
        var points = [Int32](repeating: 0, count: 136)
        let status = picture.pixels.withUnsafeBufferPointer { pixels in
            cdlib_place_landmarks(handle.pointer, borrowed(pixels, picture), box, &points)
        }
        try check(status, picture)
        return DetectedFace(
            box: FaceBox(
                left: Double(box.left), top: Double(box.top), right: Double(box.right),
                bottom: Double(box.bottom)),
            score: box.score,
            landmarks: (0..<68).map { [Double(points[2 * $0]), Double(points[2 * $0 + 1])] })
    }

    private func check(_ status: cdlib_status, _ picture: Picture) throws(AlignmentError) {
        switch status {
        case CDLIB_OK: return
        case CDLIB_OUT_OF_MEMORY: throw .outOfMemory(width: picture.width, height: picture.height)
        default: throw .detectionFailed
        }
    }

    private func borrowed(_ pixels: UnsafeBufferPointer<UInt8>, _ picture: Picture) -> cdlib_picture {
        cdlib_picture(
            pixels: pixels.baseAddress, width: Int32(picture.width), height: Int32(picture.height),
            stride: picture.width * 3)
    }
}

/// Turned copies of larger pictures would cost more memory and time than the pictures themselves.
private let mostTurnedPixels = 16_000_000

/// More faces than any picture has that this program is for.
let mostFaces = 1024

/// Owns the detector on the C side, which is not changed by calls: each works on a copy of its scratch.
private final class Handle: @unchecked Sendable {
    let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { self.pointer = pointer }
    deinit { cdlib_close(pointer) }
}

extension cdlib_face {
    fileprivate func scaled(across: Double, down: Double) -> cdlib_face {
        guard across != 1 || down != 1 else { return self }
        func whole(_ value: Int32, _ factor: Double) -> Int32 { Int32((Double(value) * factor).rounded()) }
        return cdlib_face(
            left: whole(left, across), top: whole(top, down), right: whole(right, across),
            bottom: whole(bottom, down), score: score)
    }
}
