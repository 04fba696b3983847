import ArgumentParser
import FaceAlignment
import Files
import Foundation
import Imaging

struct AlignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align",
        abstract: "Find every face in photographs and write each one cropped, upright and tiny.",
        discussion: """
            For each face, the surest first, writes NAME_0.png, NAME_1.png, … and beside it NAME_0.json: \
            {box [left, top, right, bottom], score, landmarks [68][2], quad [4][2]} in pixels of the upright \
            photograph, with the way from the face's pixels back to it. Prints the paths of the pictures.

            Faces of an earlier run on the same photograph are replaced. What pulse did not write never is.
            """)

    @Argument(
        help: ArgumentHelp(
            "The photographs: JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF, BMP or PPM.", valueName: "photo"))
    var photos: [FilePath]

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

    @Flag(help: "Replace faces of other photographs of the same name.")
    var force = false

    func validate() throws {
        guard (8...1024).contains(size) else {
            throw ValidationError("--size must be 8…1024, and is \(size).")
        }
        guard landmarks == nil || photos.count == 1 else {
            throw ValidationError("--landmarks describes one photograph, but \(photos.count) are given.")
        }
        try checkNames()
    }

    func run() throws {
        let interruption = Interruption(keeping: "the faces of finished photographs")
        let finder = try faceFinder()
        try makeFolder(output)
        Staging.sweep(output)
        var status = ExitStatus.success
        for photo in photos where !interruption.isRequested {
            do {
                let found = try process(photo, finder)
                if !found { status = status.combined(with: .unaccepted) }
            } catch {
                printError(error is AlignmentError ? "\(photo): \(wording(of: error))" : wording(of: error))
                status = .failure
            }
        }
        if interruption.isRequested { throw ExitStatus.interrupted }
        if status != .success { throw status }
    }

    private typealias FaceFinder = (Picture) throws -> [DetectedFace]

    /// Where faces come from: the landmarks given, or the detector.
    private func faceFinder() throws -> FaceFinder {
        if let landmarks {
            let face = try DetectedFace(contentsOf: landmarks)
            return { _ in [face] }
        }
        let detector = try FaceDetector()
        return { try detector.faces(in: $0) }
    }

    /// Writes the faces of one photograph; one that cannot be cut out does not cost the others.
    /// - Returns: whether there was one.
    private func process(_ path: FilePath, _ finder: FaceFinder) throws -> Bool {
        let photo = try Photo(contentsOf: path)
        let files = FaceFiles(of: path, in: output)
        let set = try FaceSet(files, of: photo.origin, force: force)
        let faces = try finder(photo.picture)
        guard !faces.isEmpty else {
            let earlier =
                !set.earlier.isEmpty ? " The faces of an earlier run are still there." : ""
            printNote("\(path): \(noFaceMessage(for: photo.picture))\(earlier)")
            return false
        }
        var failure: AlignmentError?
        for (index, face) in faces.enumerated() {
            let aligned: AlignedFace
            do throws(AlignmentError) {
                aligned = try alignedFace(photo, face, size: size)
            } catch {
                // An earlier face is worth more than none.
                if set.earlier.contains(index) { throw error }
                failure = error
                continue
            }
            try set.add(aligned, as: index)
        }
        let pictures = try set.commit()
        for picture in pictures { printResult(EscapedBytes.text(picture.bytes)) }
        if !set.earlier.isEmpty && !pictures.isEmpty { printNote("\(path): the earlier faces were replaced") }
        if let failure { throw failure }
        return true
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
