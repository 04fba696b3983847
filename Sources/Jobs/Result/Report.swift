import Files
import Foundation
import Imaging
import Search

/// What `report.json` says about the search for one input: what was asked, what was found, and by what.
public struct Report: Codable, Sendable {
    /// The report's name in its folder.
    public static let name = "report.json"

    public struct Input: Codable, Sendable, Hashable {
        /// The file as the user named it; bytes that are not UTF-8 are replaced.
        public var file: String
        /// The path in bytes, where it is not UTF-8.
        public var fileBytes: Data?
        /// SHA-256 of the file, in lower-case hexadecimal.
        public var sha256: String
        /// Of the picture that was searched for.
        public var width: Int
        public var height: Int
        /// Side of the blocks in pixels, where the file is a mosaic and was searched for as one pixel for each.
        public var blockSide: Double?

        public init(_ path: FilePath, sha256: String, width: Int, height: Int, mosaic: Mosaic? = nil) {
            file = path.string
            fileBytes = Array(path.string.utf8) == path.bytes ? nil : Data(path.bytes)
            self.sha256 = sha256
            self.width = width
            self.height = height
            blockSide = mosaic?.blockSide
        }

        public var path: FilePath { fileBytes.map { FilePath(bytes: $0) } ?? FilePath(file) }
    }

    public struct Model: Codable, Sendable, Hashable {
        public var name: String
        /// SHA-256 of the model file, in lower-case hexadecimal.
        public var sha256: String
        /// SHA-256 of the encoder that the search started from; nil where it started from none.
        public var encoderSHA256: String?

        public init(name: String, sha256: String, encoderSHA256: String? = nil) {
            self.name = name
            self.sha256 = sha256
            self.encoderSHA256 = encoderSHA256
        }
    }

    public struct Candidate: Codable, Sendable, Hashable {
        /// Name of the picture beside the report.
        public var file: String
        /// Name of the file beside the report that holds its latents and noise, as `pulse generate --latents` reads them.
        public var latents: String?
        /// Name of the animation of its search beside the report, where one was asked for.
        public var animation: String?
        /// Fit of the saved file; see `Certificate`.
        public var rms: Double
        public var max: Double
        public var mse: Double
        /// Search steps made.
        public var steps: Int
        /// After how many steps the search was at this face; 0 is the start.
        public var bestAfter: Int?
        /// How the search ended: converged, budget, interrupted or diverged.
        public var ended: String?
        /// Time spent on this candidate's search, in seconds.
        public var seconds: Double
        /// Whether the saved file fits within the tolerance, and the searched face was good enough before any correction.
        public var accepted: Bool
        /// What the method says about the searched face, where it judges by more than the fit.
        public var judgement: Judgement?

        public init(
            file: String, latents: String? = nil, animation: String? = nil, certificate: Certificate,
            steps: Int, bestAfter: Int? = nil,
            ended: String? = nil, seconds: Double, accepted: Bool, judgement: Judgement? = nil
        ) {
            self.file = file
            self.latents = latents
            self.animation = animation
            (rms, max, mse) = (certificate.rms, certificate.max, certificate.mse)
            self.steps = steps
            self.bestAfter = bestAfter
            self.ended = ended
            self.seconds = seconds
            self.accepted = accepted
            self.judgement = judgement
        }
    }

    public var input: Input
    public var model: Model
    public var mode: String
    /// The downscale operator that was used.
    public var `operator`: String
    /// How the operator was chosen, where the user left the choice open.
    public var operatorNote: String?
    /// By which operator the input looks made small, where that was examined.
    public var operatorGuess: OperatorGuess?
    public var seed: UInt64
    /// Everything that decides the result, as it can be asked for again; absent from reports of version 0.1.0.
    public var request: UpsampleRequest?
    /// The variant of the kernels that computed it: the same request gives the same bits on the same variant.
    public var kernels: String?
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
        input: Input, model: Model, request: UpsampleRequest, operatorGuess: OperatorGuess? = nil,
        kernels: String, candidates: [Candidate], interrupted: Bool? = nil, peakMemoryBytes: Int,
        seconds: Double, version: String = pulseVersion,
        files: [String: String]? = nil
    ) {
        self.input = input
        self.model = model
        mode = type(of: request.method).name
        let isMosaic = input.blockSide != nil
        let chosen = request.chosenOperator(isMosaic: isMosaic, guess: operatorGuess).name
        `operator` = chosen
        self.operatorGuess = operatorGuess
        if request.operator == nil {
            operatorNote =
                if isMosaic {
                    "auto means \(chosen) for a mosaic: its blocks are means"
                } else if let operatorGuess, operatorGuess.isUndetermined {
                    "auto means \(chosen); how the input was made small is undetermined"
                } else if operatorGuess != nil {
                    "auto chose \(chosen): the input looks made small by it"
                } else {
                    "auto means \(chosen); how the input was made small was not examined"
                }
        }
        seed = request.seed
        self.request = request
        self.kernels = kernels
        self.candidates = candidates
        self.interrupted = interrupted
        self.peakMemoryBytes = peakMemoryBytes
        self.seconds = seconds
        self.version = version
        self.files = files
    }

    /// Reads a report.
    /// - Throws: `FileError`, or `UpsampleError.notAReport`.
    public init(contentsOf path: FilePath) throws {
        let data = Data(try readFile(path, limit: 1 << 26))
        do {
            self = try JSONDecoder().decode(Report.self, from: data)
        } catch {
            throw UpsampleError.notAReport(path)
        }
    }

    /// The report as JSON, keys in alphabetical order, so that equal reports have equal bytes.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
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
