import ArgumentParser
import FaceAlignment
import Files
import Folders
import Foundation
import Jobs

struct AlignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Find every face in photographs and write each one cropped, upright and tiny.",
        discussion: """
            For each face, the surest first, writes NAME_0.png, NAME_1.png, … and beside it NAME_0.json: \
            {box [left, top, right, bottom], score, landmarks [68][2], quad [4][2]} in pixels of the upright \
            photograph, with the way from the face's pixels back to it. Prints the paths of the pictures.

            Folders are gone through in all their depths, and their tree is kept below DIR; so are 'patterns/**/*.jpg' in \
            quotes. What is no picture is passed by. A second run does what is missing, new or changed.

            Faces of an earlier run on the same photograph are replaced. What pulse did not write never is.
            """)

    @Argument(
        help: ArgumentHelp(
            "The photographs (JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP or PPM), and folders and patterns of such.",
            valueName: "photo"))
    var photos: [FilePath] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder to write to; made if need be.", valueName: "dir"))
    var output: FilePath

    @Option(help: "Pixels a side of the faces written, 8…1024; 1024 is the crop itself.")
    var size = 32

    @Option(
        help: ArgumentHelp(
            "Use the landmarks in this file, such as this command writes, instead of looking for faces.",
            valueName: "file.json"))
    var landmarks: FilePath?

    @Option(
        help: """
            Look for faces from so many pixels across, \(FaceDetector.smallestFaces.lowerBound)…\
            \(FaceDetector.smallestFaces.upperBound): half as many take four times as long.
            """)
    var smallest = FaceDetector.smallestFace

    @Flag(help: "Replace faces of other photographs of the same name; of a folder, do everything again.")
    var force = false

    @OptionGroup(title: "Many photographs")
    var folders: FolderArguments

    func validate() throws {
        guard (8...1024).contains(size) else {
            throw ValidationError("--size must be 8…1024, and is \(size).")
        }
        try check("--smallest", smallest, in: FaceDetector.smallestFaces)
        guard !photos.isEmpty || folders.fromFile != nil else {
            throw ValidationError("Name the photographs, or a list of them with --from-file.")
        }
        let isOne = photos.count == 1 && !folders.isNeeded(for: photos)
        guard landmarks == nil || isOne else {
            throw ValidationError(
                "--landmarks describes one photograph, but \(photos.count == 1 ? "more" : "\(photos.count)") are given."
            )
        }
        if !folders.isNeeded(for: photos) { try checkNames() }
    }

    func run() throws {
        let interruption = Interruption(keeping: "the faces of finished photographs")
        let marks = ResultMarks(
            isFolder: { Report(in: $0) != nil }, isFile: { FaceRecord.isOfFace($0) })
        let listing = try folders.listing(of: photos, output: output, results: marks)
        if let listing { printListing(listing) }
        let finder = try faceFinder(isLazy: listing != nil)
        try makeFolder(output)
        let run = AlignRun(
            finder: finder, size: size, force: force, output: output,
            ledger: try listing.map { _ in try ledger() })
        let items = listing?.items ?? photos.map { ListedItem(path: $0, name: $0.stemBytes) }
        let status = run.align(items, listing, isCancelled: { interruption.isRequested })
        if interruption.isRequested { throw ExitStatus.interrupted }
        if status != .success { throw status }
    }

    private func ledger() throws -> Ledger {
        try Ledger(
            Journal(in: output), work: "align", settings: #"{"size":\#(size),"smallest":\#(smallest)}"#,
            policy: folders.policy(force: force))
    }

    /// Where faces come from: the landmarks given, or the detector.
    /// - Parameter isLazy: whether the detector is made when the first photograph needs it.
    private func faceFinder(isLazy: Bool) throws -> AlignRun.FaceFinder {
        if let landmarks {
            let face = try DetectedFace(contentsOf: landmarks)
            return { _ in [face] }
        }
        var detector = isLazy ? nil : try FaceDetector()
        return { picture in
            let made = try detector ?? FaceDetector()
            detector = made
            return try made.faces(in: picture, smallest: smallest)
        }
    }
}

// MARK: - Names

extension AlignCommand {
    /// Refuses photographs whose faces would take each other's place, or that of a file that is read.
    private func checkNames() throws {
        var owners: [[UInt8]: FilePath] = [:]
        for photo in photos {
            guard let other = owners.updateValue(photo, forKey: photo.stemBytes) else { continue }
            let name = FilePath(bytes: photo.stemBytes)
            throw ValidationError(
                other == photo
                    ? "\(photo) is named twice. Name it once."
                    : "\(other) and \(photo) would both be written as \(name)_0.png. "
                        + "Align them into different folders.")
        }
        let folder = output.resolved
        for input in photos + [landmarks].compactMap(\.self) {
            // The file itself, and the link by which it is named.
            let places = [input.resolved, input.folder.resolved.appending(bytes: input.lastComponentBytes)]
            for place in places where place.folder == folder {
                let name = place.lastComponentBytes
                guard let owner = photos.first(where: { FaceFiles(of: $0, in: output).claims(name) }) else {
                    continue
                }
                throw ValidationError(
                    "the faces of \(owner) could overwrite \(input). Choose another --output folder.")
            }
        }
    }
}
