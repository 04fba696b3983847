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
            photograph. Prints the paths of the pictures.
            """)

    @Argument(help: ArgumentHelp("The photographs: JPEG, PNG, WebP, TIFF or HEIC.", valueName: "photo"))
    var photos: [String]

    @Option(help: ArgumentHelp("The folder to write to; made if need be.", valueName: "dir"))
    var output: String

    @Option(help: "Pixels a side of the faces written, 8…1024; 1024 is the crop itself.")
    var size = 32

    @Option(
        help: ArgumentHelp(
            "Use the landmarks in this file, such as this command writes, instead of looking for faces.",
            valueName: "file.json"))
    var landmarks: String?

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
        let finder = try faceFinder()
        let folder = try makeFolder()
        var status = ExitStatus.success
        for photo in photos {
            do {
                let found = try write(photo, to: folder, finder)
                if !found { status = status.combined(with: .unaccepted) }
            } catch {
                printError(error is AlignmentError ? "\(photo): \(error)" : wording(of: error))
                status = .failure
            }
        }
        if status != .success { throw status }
    }

    private func makeFolder() throws -> URL {
        let folder = URL(fileURLWithPath: output, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            printError("\(output): the folder cannot be made. Choose a place you may write to.")
            throw ExitStatus.failure
        }
        return folder
    }

    private typealias FaceFinder = (Picture) throws -> [DetectedFace]

    /// Where faces come from: the landmarks given, or the detector.
    private func faceFinder() throws -> FaceFinder {
        if let landmarks {
            let face = try DetectedFace(contentsOf: URL(fileURLWithPath: landmarks))
            return { _ in [face] }
        }
        let detector = try FaceDetector()
        return { try detector.faces(in: $0) }
    }

    /// Writes the faces of one photograph; one that cannot be cut out does not cost the others.
    /// - Returns: whether there was one.
    private func write(_ photo: String, to folder: URL, _ finder: FaceFinder) throws -> Bool {
        let picture = try Picture(contentsOf: URL(fileURLWithPath: photo))
        let faces = try finder(picture)
        var failure: AlignmentError?
        for (index, face) in faces.enumerated() {
            let stem = "\(name(of: photo))_\(index)"
            do {
                let aligned = try alignedFace(picture, face, size: size)
                try writeAtomically(face.jsonData(), to: folder.appendingPathComponent(stem + ".json"))
                try aligned.writePNG(to: folder.appendingPathComponent(stem + ".png"), provenance: nil)
                print((output as NSString).appendingPathComponent(stem + ".png"))
            } catch let error as AlignmentError {
                failure = error
            }
        }
        if let failure { throw failure }
        if faces.isEmpty { writeToStandardError("pulse: \(noFaceMessage(photo, picture))\n") }
        return !faces.isEmpty
    }

    private func noFaceMessage(_ photo: String, _ picture: Picture) -> String {
        let least = FaceDetector.smallestFace(in: picture)
        return """
            \(photo): no face found. A face must look towards the camera and be at least \(least) pixels across \
            (the picture is \(picture.width)×\(picture.height)): crop closer to it, or turn it upright.
            """
    }
}

// MARK: - Names

extension AlignCommand {
    /// The file's stem.
    private func name(of photo: String) -> String {
        URL(fileURLWithPath: photo).deletingPathExtension().lastPathComponent
    }

    /// Refuses photographs whose faces would overwrite each other, or one of the photographs.
    private func checkNames() throws {
        var owners: [String: String] = [:]
        for photo in photos {
            if let other = owners.updateValue(photo, forKey: name(of: photo)) {
                throw ValidationError(
                    "\(other) and \(photo) would both be written as \(name(of: photo))_0.png. "
                        + "Align them into different folders.")
            }
        }
        let folder = URL(fileURLWithPath: output).resolvingSymlinksInPath().path
        for photo in photos {
            let url = URL(fileURLWithPath: photo).resolvingSymlinksInPath()
            let stem = url.deletingPathExtension().lastPathComponent
            guard url.deletingLastPathComponent().path == folder, url.pathExtension == "png",
                let cut = stem.lastIndex(of: "_"), let owner = owners[String(stem[..<cut])],
                Int(stem[stem.index(after: cut)...]) != nil
            else { continue }
            throw ValidationError(
                "the faces of \(owner) could overwrite \(photo). Choose another --output folder.")
        }
    }
}
