import Files

/// Why a file is not a face with its landmarks.
public enum FaceFileFault: Error, Equatable, Sendable {
    case file(FileError.Problem)
    case empty
    case notJSON(resemblance: Resemblance?)
    /// An object without landmarks; what it has instead.
    case landmarksMissing(keys: [String])
    /// The landmarks are there, but not as 68 pairs of numbers.
    case landmarksForm(JSONForm)
    case landmarks(LandmarkFault)
    case boxForm(JSONForm)
    case scoreForm(JSONForm)

    /// Other files that hold landmarks.
    public enum Resemblance: Equatable, Sendable {
        case xml
        /// iBUG's annotation files.
        case points
    }
}

/// What a JSON value is, as far as it helps to see what is wrong with it.
public enum JSONForm: Equatable, Sendable {
    case null, bool, number, string
    case object(keys: [String])
    case numbers(count: Int)
    case pairs(count: Int)
    /// Lists of equal length, other than two.
    case rows(count: Int, length: Int)
    /// Objects with the keys of the first.
    case objects(count: Int, keys: [String])
    /// Several faces: objects that hold landmarks, or lists of pairs.
    case faces(count: Int)
    case mixed(count: Int)
}
