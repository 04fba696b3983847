import FaceAlignment
import Files
import Folders
import Foundation
import Imaging

/// Finds and writes the faces of one photograph after another, and tells what came of each.
final class AlignRun {
    typealias FaceFinder = (Picture) throws -> [DetectedFace]

    private let finder: FaceFinder
    private let size: Int
    private let force: Bool
    private let output: FilePath
    /// Of a job over many photographs.
    private let ledger: Ledger?
    private var swept: Set<FilePath> = []
    private var progress: JobProgress?
    /// No photograph can be worked on.
    private var isHopeless = false

    init(finder: @escaping FaceFinder, size: Int, force: Bool, output: FilePath, ledger: Ledger?) {
        (self.finder, self.size, self.force, self.output, self.ledger) = (finder, size, force, output, ledger)
    }

    /// - Parameter listing: of a job over many photographs, whose end is summed up.
    func align(_ items: [ListedItem], _ listing: InputListing?, isCancelled: () -> Bool) -> ExitStatus {
        var status = ExitStatus.success
        var tally = listing.map { JobTally($0, unaccepted: "without a face") }
        progress = listing.map { _ in JobProgress(total: items.count) }
        for (index, item) in items.enumerated() where !isCancelled() && !isHopeless {
            let outcome = align(item, number: index + 1)
            progress?.end()
            tally?.count(outcome)
            switch outcome {
            case .failed, .failedBefore: status = .failure
            case .done(let isFound), .doneBefore(let isFound), .copied(let isFound):
                if !isFound { status = status.combined(with: .unaccepted) }
            }
        }
        progress?.clear()
        guard let tally else { return status }
        printNote(tally.summary)
        return status.combined(with: tally.status)
    }

    private func align(_ item: ListedItem, number: Int) -> JobTally.Outcome {
        var digest: String?
        do {
            sweepFolder(of: item)
            let file = try PictureFile(contentsOf: item.path, name: item.path.string)
            digest = file.sha256
            var mayReplace = force
            if let ledger {
                switch try ledger.decision(at: item.place, sha256: file.sha256) {
                case .done(let isFound): return .doneBefore(isAccepted: isFound)
                case .failedBefore:
                    printError(failedBeforeMessage(item.path))
                    return .failedBefore
                case .work(let earlier), .equal(_, let earlier):
                    mayReplace = force || areFaces(at: item, of: earlier)
                }
            }
            progress?.begin(number, name: item.path)
            let photo = Photo(try file.decoded(), file: file.name, sha256: file.sha256)
            let pictures = try process(photo, item, mayReplace: mayReplace)
            try ledger?.recordResult(
                at: item.place, sha256: file.sha256, isAccepted: !pictures.isEmpty,
                files: pictures.flatMap { files(of: $0, item) })
            return .done(isAccepted: !pictures.isEmpty)
        } catch {
            progress?.clear()
            printError(error is AlignmentError ? "\(item.path): \(wording(of: error))" : wording(of: error))
            isHopeless = isFaultOfLandmarkModel(error)
            if let digest, isFault(ofPhoto: error) {
                do {
                    try ledger?.recordFailure(at: item.place, sha256: digest)
                } catch {
                    printError(wording(of: error))
                }
            }
            return .failed
        }
    }

    /// Clears the folder that faces go to of what killed runs left, once.
    private func sweepFolder(of item: ListedItem) {
        let folder = item.folder(in: output)
        if swept.insert(folder).inserted { Staging.sweep(folder) }
    }

    /// Whether what stands at a place are the faces of an earlier content of the photograph, which may go.
    private func areFaces(at item: ListedItem, of earlier: String?) -> Bool {
        guard let earlier else { return false }
        let files = FaceFiles(called: item.name, in: item.folder(in: output))
        let origin = PhotoOrigin(file: "", sha256: earlier, width: 0, height: 0)
        return (try? files.earlier(replaceableBy: origin, force: false)) != nil
    }

    /// The two files of a face, below the output folder.
    private func files(of png: FilePath, _ item: ListedItem) -> [[UInt8]] {
        let slash: [UInt8] = [UInt8(ascii: "/")]
        return [png.lastComponentBytes, png.stemBytes + Array(".json".utf8)].map {
            Array((item.folders + [$0]).joined(separator: slash))
        }
    }

    /// Whether trying again would fail again.
    private func isFault(ofPhoto error: any Error) -> Bool {
        switch error {
        case AlignmentError.resamplingFailed, AlignmentError.landmarks: true
        case PictureError.unsupported: false
        default: error is PictureError
        }
    }

    /// Whether every other photograph would fail alike.
    private func isFaultOfLandmarkModel(_ error: any Error) -> Bool {
        switch error as? AlignmentError {
        case .landmarkModelMissing, .landmarkModelUnreadable, .landmarkModelUnsuitable: true
        default: false
        }
    }

    /// Writes the faces of one photograph; one that cannot be cut out does not cost the others.
    /// - Returns: the pictures.
    private func process(_ photo: Photo, _ item: ListedItem, mayReplace: Bool) throws -> [FilePath] {
        let path = item.path
        let files = FaceFiles(called: item.name, in: item.folder(in: output))
        let set = try FaceSet(files, of: photo.origin, force: mayReplace)
        let faces = try finder(photo.picture)
        guard !faces.isEmpty else {
            progress?.clear()
            let earlier =
                !set.earlier.isEmpty ? " The faces of an earlier run are still there." : ""
            printNote("\(path): \(noFaceMessage(for: photo.picture))\(earlier)")
            return []
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
        progress?.clear()
        for picture in pictures { printResult(EscapedBytes.text(picture.bytes)) }
        if !set.earlier.isEmpty && !pictures.isEmpty { printNote("\(path): the earlier faces were replaced") }
        if let failure { throw failure }
        return pictures
    }
}

extension FaceRecord {
    /// Whether a picture is a face that this program has cut out, by the record beside it.
    static func isOfFace(_ path: FilePath) -> Bool {
        let record = path.folder.appending(bytes: path.stemBytes + Array(".json".utf8))
        return path.extension == "png" && kind(of: record) == .file && FaceRecord(intactFileAt: record) != nil
    }
}
