import Foundation

/// Why a face could not be found or cut out.
public enum AlignmentError: Error, Equatable, Sendable {
    /// None of the places where the landmark model may lie holds it.
    case landmarkModelMissing(searched: [String])
    case landmarkModelUnreadable(path: String)
    /// The file is a dlib shape predictor, but not one of 68 points.
    case landmarkModelUnsuitable(path: String)
    /// Landmarks from outside do not describe a face in the picture.
    case landmarks(LandmarkFault)
    case faceFile(name: String, FaceFileFault)
    case outOfMemory(width: Int, height: Int)
    case detectionFailed
    case resamplingFailed(reason: String)
}

/// What is wrong with a list of landmarks.
public enum LandmarkFault: Error, Equatable, Sendable {
    case count(Int)
    /// The landmark at `index` is not a pair of finite numbers.
    case notAPoint(index: Int)
    /// The landmark at `index` lies further from the picture than any face could reach.
    case farOutside(index: Int)
    /// The square around the face does not touch the picture.
    case elsewhere
    /// Eyes and mouth are so close together that the face has no direction or hardly a pixel.
    case tooSmall(side: Double)
}

extension AlignmentError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .landmarkModelMissing(let searched):
            "dlib's landmark model is not installed (looked for \(searched.joined(separator: ", "))). Install the "
                + "package libdlib-data, or set PULSE_LANDMARKS to a shape_predictor_68_face_landmarks.dat."
        case .landmarkModelUnreadable(let path):
            "\(path): not a landmark model that dlib can read. Get a fresh copy."
        case .landmarkModelUnsuitable(let path):
            "\(path): this landmark model does not place 68 landmarks. Use shape_predictor_68_face_landmarks.dat."
        case .landmarks(let fault):
            "the landmarks do not describe a face in the picture: \(fault). Give 68 [x, y] pairs in pixels of the "
                + "upright picture."
        case .faceFile(let name, let fault):
            "\(name): not a file of landmarks: \(fault). Give a JSON file that `pulse align` wrote, or 68 [x, y] pairs."
        case .outOfMemory(let width, let height):
            "not enough memory to look for faces in \(width)×\(height) pixels. Make the picture smaller."
        case .detectionFailed:
            "dlib failed while looking for faces. Convert the picture with another program and try again."
        case .resamplingFailed(let reason):
            "the face could not be cut out (\(reason)). Make the picture smaller and try again."
        }
    }
}

extension LandmarkFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .count(let count): "there are \(count) landmarks, not 68"
        case .notAPoint(let index): "landmark \(index) is not a pair of finite numbers"
        case .farOutside(let index): "landmark \(index) lies far outside the picture"
        case .elsewhere: "the face lies outside the picture"
        case .tooSmall(let side): "eyes and mouth are too close together for a face (\(side) pixels across)"
        }
    }
}
