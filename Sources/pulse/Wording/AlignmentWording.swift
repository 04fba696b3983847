import FaceAlignment
import Files

extension AlignmentError: Worded {
    var wording: String {
        switch self {
        case .landmarkModelMissing(let searched):
            "dlib's landmark model is not installed (looked for \(searched.joined(separator: ", "))). Install the "
                + "package libdlib-data, or set PULSE_LANDMARKS to a shape_predictor_68_face_landmarks.dat."
        case .landmarkModelUnreadable(let path):
            "\(path): not a landmark model that dlib can read. Get a fresh copy."
        case .landmarkModelUnsuitable(let path):
            "\(path): this landmark model does not place 68 landmarks. Use shape_predictor_68_face_landmarks.dat."
        case .landmarks(let fault):
            "the landmarks do not describe a face in the picture: \(fault.wording). Give 68 [x, y] pairs in pixels of the "
                + "upright picture."
        case .faceFile(let name, let fault):
            "\(name): not a file of landmarks: \(fault.wording). Give a JSON file that `pulse align` wrote, or 68 [x, y] pairs."
        case .outOfMemory(let width, let height):
            "not enough memory to look for faces in \(width)×\(height) pixels. Make the picture smaller."
        case .detectionFailed:
            "dlib failed while looking for faces. Convert the picture with another program and try again."
        case .resamplingFailed(let reason):
            "the face could not be cut out (\(reason)). Make the picture smaller and try again."
        }
    }
}

extension LandmarkFault: Worded {
    var wording: String {
        switch self {
        case .count(let count): "there are \(count) landmarks, not 68"
        case .notAPoint(let index): "landmark \(index) is not a pair of finite numbers"
        case .farOutside(let index): "landmark \(index) lies far outside the picture"
        case .elsewhere: "the face lies outside the picture"
        case .tooSmall(let side): "eyes and mouth are too close together for a face (\(side) pixels across)"
        }
    }
}

extension FaceFileFault: Worded {
    var wording: String {
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
        case .landmarksForm(let form): "the landmarks are \(form.words), not 68 pairs of numbers"
        case .landmarks(let fault): fault.wording
        case .boxForm(let form): "'box' is \(form.words), not four finite numbers"
        case .scoreForm(let form): "'score' is \(form.words), not a number"
        }
    }
}

extension JSONForm {
    fileprivate var words: String {
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

extension FaceFilesError: Worded {
    var wording: String {
        switch self {
        case .foreign(let paths):
            "\(paths.map { "\($0)" }.joined(separator: ", ")): would give way to the faces, but pulse did not write "
                + "this, or it was changed since. Move it away, or choose another --output."
        case .otherPhoto(let path, let photo):
            "\(path): is a face of another photograph (\(photo)). Add --force to replace its faces, or choose another "
                + "--output."
        case .file(let error): error.wording
        }
    }
}

/// The first keys, in quotes.
private func quoted(_ keys: [String]) -> String {
    let most = 4
    let names = keys.prefix(most).map { "'\($0.prefix(30))'" }
    return names.joined(separator: ", ") + (keys.count > most ? ", …" : "")
}
