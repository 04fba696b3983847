import ArgumentParser
import FaceAlignment
import Files
import Folders
import Foundation
import Imaging
import Jobs
import Models
import Restoration
import Search

/// Fills pixelated faces in photographs with imagined ones.
struct RestoreCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Fill pixelated faces in photographs with imagined ones.",
        discussion: """
            Finds the parts of a photograph that are pixelated and the faces under them, imagines several faces for each that \
            agree with every block, and pastes them back: DIR/NAME/1.png … N.png are the photograph with candidate 1 … N of \
            every face, each pixel outside the blocks as it was. overview.png shows what was found and done, faces/F/K.png is \
            candidate K of face F by itself, and report.json has the numbers. The faces are imagined; none is the person in \
            the picture.

            Exit status 1 where no mosaic with a face under it is found, or some face has no accepted candidate.
            """)

    @Argument(
        help: ArgumentHelp(
            "The photographs, or folders of them: JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP or PPM.",
            valueName: "photo"),
        completion: .file())
    var photos: [FilePath] = []

    @Option(name: .shortAndLong, help: "The folder for the results.", completion: .directory)
    var output: FilePath?

    @Flag(help: "Only say what would be restored.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            """
            Search no more: paste these candidates of an earlier result into the photograph, such as 1=3,2=1 for candidate 3 of \
            face 1 and candidate 1 of face 2, and add it to the result as choice-3-1.png.
            """, valueName: "face=candidate"))
    var choose: ChoiceArgument?

    @Flag(help: "Search no more: paste all candidates of an earlier result again.")
    var pasteOnly = false

    @Flag(help: "With --dry-run: a JSON object for each photograph, one a line.")
    var json = false

    @Option(help: "Which faces: all, largest, or their numbers with commas, as --dry-run gives them.")
    var faces: FaceChoice = .init(faces: .all)

    @Option(
        help: ArgumentHelp(
            "Where a mosaic is, in pixels of the upright photograph, instead of looking for them; may be given several times.",
            valueName: "x,y,width,height"))
    var region: [RegionChoice] = []

    @Option(help: "The generator; 'pulse model list' names what there is.")
    var model = ModelStore.defaultModelName

    @Option(help: "How many candidates to find for each face, 1…10000.")
    var count = FastMethod.defaultCount

    @Option(help: "The seed, a whole number from 0; drawn and reported where absent.")
    var seed: UInt64?

    @Option(help: "Search steps for each candidate, 1…1000000 (default: \(FastMethod().steps)).")
    var steps: Int?

    @Option(help: "The format of the photographs written: png, jpeg, webp or tiff; jpeg is lossy everywhere.")
    var format: OutputFormat = .png

    @Option(
        help: """
            How many times as wide and as high as the photographs those written are: 1, 2 or 4. The rest is enlarged, the \
            faces are drawn with as many more pixels.
            """)
    var upscale = 1

    @Flag(help: "Keep in the metadata where a photograph was taken, which is left out otherwise.")
    var keepLocation = false

    @Option(help: "Processor threads (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Flag(
        help: """
            Replace complete results of other photographs, and results of a seed by those of another that is yet to be \
            drawn. What pulse did not write is never replaced.
            """)
    var force = false

    @Option(help: "How to show progress on standard error: auto, bar, plain, json or none.")
    var progress: ProgressStyle = .auto

    @OptionGroup(title: "Many photographs")
    var folders: FolderArguments

    func validate() throws {
        guard !photos.isEmpty || folders.fromFile != nil else {
            throw ValidationError("Name the photographs to restore, or a list of them with --from-file.")
        }
        guard dryRun || output != nil else {
            throw ValidationError("Name a folder for the results with --output, or say --dry-run.")
        }
        guard dryRun || !json else {
            throw ValidationError("--json goes with --dry-run: results have their report.json.")
        }
        guard region.isEmpty || photos.count == 1 else {
            throw ValidationError("--region is about one photograph, but \(photos.count) are given.")
        }
        guard (choose == nil && !pasteOnly) || photos.count == 1 && !dryRun else {
            throw ValidationError("--choose and --paste-only are about the earlier result of one photograph.")
        }
        try check("--count", count, in: 1...10_000)
        try check("--threads", threads, in: 1...1024)
        guard [1, 2, 4].contains(upscale) else {
            throw ValidationError("--upscale is \(upscale); it must be 1, 2 or 4.")
        }
        _ = try newRequest()
    }

    private func newRequest() throws -> RestoreRequest {
        var method = FastMethod()
        if let steps { method.setSteps(steps) }
        do { try method.validate() } catch { throw ValidationError(wording(of: error)) }
        return RestoreRequest(
            model: model, method: method, seed: seed ?? UInt64.random(in: 0...UInt64(UInt32.max)),
            count: count,
            faces: faces.faces, regions: region.map(\.rectangle), format: format, keepsLocation: keepLocation,
            upscale: upscale)
    }

    func run() throws {
        let cancellation = Cancellation()
        let interruption = Interruption(keeping: "what is finished after this step", cancellation)
        defer { withExtendedLifetime(interruption) {} }
        if choose != nil || pasteOnly, let output {
            return try pasteAgain(InputList(photos, output: output).inputs[0])
        }
        var request = try newRequest()
        let listing = try output.flatMap { output in
            try folders.listing(of: photos, output: output, results: ResultMarks { isResultFolder($0) })
        }
        if let listing { printListing(listing) }
        let list = try output.map { output in
            try listing.map { try InputList($0.items, output: output) } ?? InputList(photos, output: output)
        }
        let model = try ModelStore().load(request.model)
        let cautious: ReplacementRule = seed == nil && listing == nil ? .incompleteOnly : .sameInput
        let rule: ReplacementRule = force ? .any : cautious
        func job(_ ledger: Ledger?) throws -> RestoreJob {
            try RestoreJob(
                request, model: model, detector: try FaceDetector(), rule: rule, ledger: ledger,
                threads: threads,
                cancellation: cancellation)
        }
        let status: ExitStatus
        if let list, !dryRun {
            try list.makeOutputFolder()
            model.prepareDigest()
            let ledger = try listing.map { _ in try openLedger(for: &request, model: model, in: list.output) }
            let console = RestoreConsole(request, style: progress, listing: listing)
            let job = try job(ledger)
            status = console.show { job.run(list.inputs, $0) }
        } else {
            status = try RestoreConsole(request, style: progress).showSurveys(
                of: listing?.items.map(\.path) ?? photos, job(nil), asJSON: json, cancellation)
        }
        if cancellation.isRequested { throw ExitStatus.interrupted }
        guard status == .success else { throw status }
    }
}

extension RestoreCommand {
    private func isResultFolder(_ path: FilePath) -> Bool {
        (try? RestoreReport(contentsOf: path.appending(Report.name))) != nil
    }

    private func openLedger(for request: inout RestoreRequest, model: Model, in output: FilePath) throws
        -> Ledger
    {
        let journal = try Journal(in: output)
        request.seed = try journal.seed(given: seed, drawn: request.seed)
        return try Ledger(
            journal, work: "restore", settings: request.settings(with: model),
            policy: folders.policy(force: force))
    }

    private func pasteAgain(_ input: JobInput) throws {
        let (_, pictures) = try Repaste(threads: threads)(
            input.path, choose?.choice, result: input.destination)
        for name in pictures { printResult("\(EscapedBytes.text(input.destination.bytes))/\(name)") }
    }
}

/// `--choose`.
struct ChoiceArgument: ExpressibleByArgument {
    var choice: RestoreChoice

    init?(argument: String) {
        var candidates: [Int: Int] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: "=", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            guard numbers.count == 2, numbers[0] >= 1, numbers[1] >= 1, candidates[numbers[0]] == nil else {
                return nil
            }
            candidates[numbers[0]] = numbers[1]
        }
        choice = RestoreChoice(candidates)
    }

    static var allValueStrings: [String] { [] }
}

/// `--faces`.
struct FaceChoice: ExpressibleByArgument {
    var faces: RestoreRequest.Faces

    init(faces: RestoreRequest.Faces) { self.faces = faces }

    init?(argument: String) {
        switch argument {
        case "all": faces = .all
        case "largest": faces = .largest
        default:
            let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.allSatisfy({ $0 ?? 0 >= 1 }) else { return nil }
            faces = .numbers(Array(Set(numbers.compactMap(\.self))).sorted())
        }
    }

    static var allValueStrings: [String] { ["all", "largest", "1,3"] }
    var defaultValueDescription: String { "all" }
}

/// `--region`.
struct RegionChoice: ExpressibleByArgument {
    var rectangle: PixelRectangle

    init?(argument: String) {
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).compactMap {
            Double($0)
        }
        guard numbers.count == 4, numbers.allSatisfy({ $0.isFinite && abs($0) < 1e6 }), numbers[2] > 0,
            numbers[3] > 0
        else { return nil }
        rectangle = PixelRectangle(
            left: numbers[0], top: numbers[1], right: numbers[0] + numbers[2], bottom: numbers[1] + numbers[3]
        )
    }

    static var allValueStrings: [String] { [] }
}
