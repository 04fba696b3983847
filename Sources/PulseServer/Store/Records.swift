import Foundation
import GRDB

enum JobState: String, Codable, Sendable {
    case queued, running, done, failed, cancelled
    /// There is no room on the disk; it goes on when there is.
    case blocked

    var isOver: Bool { self == .done || self == .failed || self == .cancelled }
}

/// A picture that a client has sent.
struct PictureRecord: Codable, FetchableRecord, PersistableRecord, Sendable {
    static let databaseTableName = "pictures"

    var id: String
    var sha256: String
    var created: Double
    /// Of its files, in bytes.
    var bytes: Int64
    var survey: PictureSurvey
}

/// A job, as the database keeps it.
struct JobRecord: Codable, FetchableRecord, MutablePersistableRecord, Sendable {
    static let databaseTableName = "jobs"

    /// In the order in which jobs came.
    var number: Int64?
    var id: String
    /// nil once the picture was deleted.
    var picture: String?
    /// Of the picture's file.
    var sha256: String
    var client: String
    var target: JobTarget
    var options: JobOptions
    /// An `UpsampleRequest`.
    var request: Data
    /// The same for jobs with the same result.
    var identity: String
    var state: JobState
    var created: Double
    var started: Double?
    var finished: Double?
    /// How often its process ended by itself without a word.
    var crashes = 0
    var progress = JobProgress()
    /// Of its files, in bytes.
    var bytes: Int64 = 0

    mutating func didInsert(_ inserted: InsertionSuccess) { number = inserted.rowID }
}

/// What a job has come to.
struct JobProgress: Codable, Equatable, Sendable {
    struct Input: Codable, Equatable, Sendable { var width, height: Int }

    var input: Input?
    var likeness: Double?
    var resumed: Int?
    var candidates: [CandidateBody] = []
    var overview, spread, report: String?
    var fit: String?
    var problem: Problem?
}
