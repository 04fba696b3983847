import Files
import Foundation
import Imaging

/// What `report.json` says about the search for one input.
public struct Report: Codable, Sendable, Hashable {
    public struct Input: Codable, Sendable, Hashable {
        /// The file as the user named it.
        public var file: String
        /// SHA-256 of the file, in lower-case hexadecimal.
        public var sha256: String
        public var width: Int
        public var height: Int

        public init(file: String, sha256: String, width: Int, height: Int) {
            self.file = file
            self.sha256 = sha256
            self.width = width
            self.height = height
        }
    }

    public struct Model: Codable, Sendable, Hashable {
        public var name: String
        /// SHA-256 of the model file, in lower-case hexadecimal.
        public var sha256: String

        public init(name: String, sha256: String) {
            self.name = name
            self.sha256 = sha256
        }
    }

    public struct Candidate: Codable, Sendable, Hashable {
        /// Name of the picture beside the report.
        public var file: String
        /// Fit of the saved file; see `Certificate`.
        public var rms: Double
        public var max: Double
        public var mse: Double
        /// Search steps made.
        public var steps: Int
        /// Time spent on this candidate's search, in seconds.
        public var seconds: Double
        public var accepted: Bool

        public init(file: String, certificate: Certificate, steps: Int, seconds: Double, accepted: Bool) {
            self.file = file
            rms = certificate.rms
            max = certificate.max
            mse = certificate.mse
            self.steps = steps
            self.seconds = seconds
            self.accepted = accepted
        }
    }

    public var input: Input
    public var model: Model
    public var mode: String
    /// The downscale operator that was used.
    public var `operator`: String
    /// How the operator was chosen, where the user left the choice open.
    public var operatorNote: String?
    public var seed: UInt64
    /// The candidates, equals in the order of their numbers.
    public var candidates: [Candidate]
    /// True if the run was ended before all steps were made; absent otherwise.
    public var interrupted: Bool?
    /// The process's largest resident memory so far, in bytes.
    public var peakMemoryBytes: Int
    /// Time spent on this input, in seconds.
    public var seconds: Double
    public var version: String
    /// The SHA-256 of every other file of the result, by its path below the report's folder: by these the folder is
    /// known as ours.
    public var files: [String: String]?

    public init(
        input: Input, model: Model, mode: String, operator: String, operatorNote: String? = nil, seed: UInt64,
        candidates: [Candidate], interrupted: Bool? = nil, peakMemoryBytes: Int, seconds: Double,
        version: String = pulseVersion, files: [String: String]? = nil
    ) {
        self.input = input
        self.model = model
        self.mode = mode
        self.operator = `operator`
        self.operatorNote = operatorNote
        self.seed = seed
        self.candidates = candidates
        self.interrupted = interrupted
        self.peakMemoryBytes = peakMemoryBytes
        self.seconds = seconds
        self.version = version
        self.files = files
    }

    /// The report as JSON, keys in alphabetical order, so that equal reports have equal bytes.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Writes the report: complete, or not at all.
    public func write(to url: URL) throws {
        try writeAtomically(try json(), to: url)
    }
}

/// The largest resident memory this process has had, in bytes.
public func peakMemoryBytes() -> Int {
    var usage = rusage()
    #if os(macOS)
        let (process, unit) = (RUSAGE_SELF, 1)
    #else
        let (process, unit) = (__rusage_who_t(RUSAGE_SELF.rawValue), 1024)
    #endif
    guard getrusage(process, &usage) == 0 else { return 0 }
    return usage.ru_maxrss * unit
}
