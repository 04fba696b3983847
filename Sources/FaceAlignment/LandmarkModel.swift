import Files
import Foundation

/// Where dlib's 68-landmark model may lie.
enum LandmarkModel {
    static let fileName = "shape_predictor_68_face_landmarks.dat"

    /// The model named, or the first of the usual places that holds one.
    /// - Throws: `AlignmentError.landmarkModelMissing`.
    static func locate(
        _ named: URL?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(AlignmentError) -> URL {
        let candidates = named.map { [$0] } ?? places(environment)
        let found = candidates.first { FileManager.default.fileExists(atPath: $0.path) }
        guard let found else { throw .landmarkModelMissing(searched: candidates.map(\.path)) }
        return found
    }

    /// `$PULSE_LANDMARKS` alone where it is set; else the model store, then where packages put it.
    static func places(_ environment: [String: String]) -> [URL] {
        if let path = environment["PULSE_LANDMARKS"], !path.isEmpty { return [URL(fileURLWithPath: path)] }
        var folders = [pulseHome(environment).path]
        folders += ["/usr/share/dlib", "/usr/local/share/dlib", "/opt/homebrew/share/dlib"]
        return folders.map { URL(fileURLWithPath: $0).appendingPathComponent(fileName) }
    }
}
