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

extension FaceFileFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(.missing): "there is no such file"
        case .file(.isFolder): "it is a folder"
        case .file(.notARegularFile): "it is a pipe, a socket or a device"
        case .file(.tooLarge(_, let limit)): "it is larger than \(limit >> 10) KiB"
        case .file(.unreadable(let code)): "it cannot be read (\(systemMessage(code)))"
        case .file: "it cannot be read"
        case .empty: "it is empty"
        case .notJSON(nil): "it is not JSON"
        case .notJSON(.xml): "it is XML, not JSON"
        case .notJSON(.points): "it is a .pts file, not JSON"
        case .landmarksMissing(let keys):
            "'landmarks' is missing" + (keys.isEmpty ? "" : ", and there is only \(quoted(keys))")
        case .landmarksForm(let form): "the landmarks are \(form), not 68 pairs of numbers"
        case .landmarks(let fault): "\(fault)"
        case .boxForm(let form): "'box' is \(form), not four finite numbers"
        case .scoreForm(let form): "'score' is \(form), not a number"
        }
    }
}

extension JSONForm: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "one number"
        case .string: "text"
        case .object(let keys): keys.isEmpty ? "an empty object" : "an object with \(quoted(keys))"
        case .numbers(let count): "\(count) numbers in one list"
        case .pairs(let count): "\(count) pairs"
        case .rows(let count, let length): "\(count) lists of \(length)"
        case .objects(let count, let keys): "a list of \(count) objects with \(quoted(keys))"
        case .faces(1): "a list with one face in it"
        case .faces(let count): "a list of \(count) faces"
        case .mixed(let count): "a list of \(count) different things"
        }
    }
}

/// The first keys, in quotes.
private func quoted(_ keys: [String]) -> String {
    let most = 4
    let names = keys.prefix(most).map { "'\($0.prefix(30))'" }
    return names.joined(separator: ", ") + (keys.count > most ? ", …" : "")
}
