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
