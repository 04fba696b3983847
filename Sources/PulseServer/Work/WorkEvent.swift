import Foundation

/// What the process that works on a job tells the server, one line of JSON each.
enum WorkEvent: Codable, Sendable {
    /// The tiny picture that is searched for is there, as `input.png`.
    case input(width: Int, height: Int)
    /// What is to be said of the input, and how much it looks like a face.
    case unlike(likeness: Double)
    case resumed(step: Int)
    case step(candidate: Int, step: Int, steps: Int, rms: Double, seconds: Double, preview: Bool)
    /// A candidate's files are there.
    case candidate(CandidateBody)
    /// The result is there, with every file.
    case finished(Summary)
    case failed(Failure)

    struct Summary: Codable, Sendable {
        var isComplete: Bool
        var overview, spread, report: String?
        /// What the numbers mean, for people.
        var fit: String
    }

    struct Failure: Codable, Sendable {
        var problem: ProblemKind
        var detail: String
    }
}

/// What the process is to do, a file in the job's folder.
struct JobOrder: Codable, Sendable {
    static let name = "order.json"
    /// The picture's name in the job's folder.
    static let picture = "picture"

    var target: JobTarget
    /// An `UpsampleRequest`.
    var request: Data
    var size: Int
    var threads: Int
}

/// Names of files that a job's process makes and the server serves.
enum JobFiles {
    static let folder = "files"
    static let input = "input.png"
    static let overview = "overview.png"
    static let spread = "spread.png"
    static let report = "report.json"

    static func preview(_ candidate: Int) -> String { "preview-\(candidate).png" }
    static func picture(_ candidate: Int) -> String { "\(candidate).png" }
    static func small(_ candidate: Int) -> String { "small-\(candidate).png" }
    static func difference(_ candidate: Int) -> String { "difference-\(candidate).png" }
    static func latents(_ candidate: Int) -> String { "\(candidate).safetensors" }
    static func photo(_ candidate: Int) -> String { "photo-\(candidate).png" }
}
