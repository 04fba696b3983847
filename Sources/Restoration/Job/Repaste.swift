import FaceAlignment
import Files
import Foundation
import Imaging
import Jobs

/// Which candidate of which face goes into a photograph; faces without one stay as they were given.
public struct RestoreChoice: Hashable, Sendable {
    /// By the faces' numbers, the candidates', both counted from 1.
    public var candidates: [Int: Int]

    public init(_ candidates: [Int: Int]) { self.candidates = candidates }

    /// The photograph's name in the result's folder, without an ending: the candidates in the order of the faces, x for none.
    func name(faces: [Int]) -> String {
        "choice-" + faces.map { candidates[$0].map(String.init) ?? "x" }.joined(separator: "-")
    }
}

/// Why finished candidates cannot be pasted again.
public enum RestoreError: Error, Equatable, Sendable {
    /// There is no result of a restored photograph in the folder.
    case noResult(FilePath)
    /// The result is of another photograph.
    case otherPhoto(FilePath, result: FilePath)
    case noSuchCandidate(face: Int, candidate: Int, result: FilePath)
}

/// Pastes the candidates of a finished result into their photograph again, without a search.
public struct Repaste {
    private let threads: Int

    public init(threads: Int) { self.threads = threads }

    /// Adds the photograph of a choice to a result, or, without one, writes those of all candidates again.
    /// - Returns: the report, and the names of the pictures that were written.
    public func callAsFunction(
        _ path: FilePath, _ choice: RestoreChoice?, result folder: FilePath
    ) throws -> (RestoreReport, [String]) {
        guard var report = try? RestoreReport(contentsOf: folder.appending(Report.name)) else {
            throw RestoreError.noResult(folder)
        }
        let file = try PictureFile(contentsOf: path, name: path.string)
        let photo = Photo(try file.decoded(), file: file.name, sha256: file.sha256)
        guard photo.sha256 == report.input.sha256 else { throw RestoreError.otherPhoto(path, result: folder) }
        try check(choice, report, folder)
        let finder = MosaicFinder()
        let given = report.request.regions
        let regions =
            given.isEmpty
            ? finder.regions(in: photo.picture)
            : given.compactMap { finder.region(in: photo.picture, within: $0) }
        guard regions.map(RestoreReport.Region.init) == report.regions else {
            throw RestoreError.noResult(folder)
        }

        let making = try ResultFolder(destination: folder)
        defer { making.discard() }
        for name in report.files.keys.sorted() {
            let parent = FilePath(name).removingLastComponent()
            if !parent.isEmpty { try makeFolder(making.path(parent.string)) }
            try writeFile(Data(try readFile(folder.appending(name), limit: 1 << 28)), to: making.path(name))
        }
        let numbers = report.faces.map(\.number)
        let ending = report.request.format.ending
        let choices =
            choice.map { [($0.name(faces: numbers) + "." + ending, $0)] }
            ?? (report.faces.map(\.candidates.count).min().map { Array(1...max(1, $0)) } ?? []).map { k in
                ("\(k).\(ending)", RestoreChoice(Dictionary(uniqueKeysWithValues: numbers.map { ($0, k) })))
            }
        let provenance = Provenance(
            model: report.model.name, seed: report.seed, mode: report.mode, version: pulseVersion)
        let original = try OriginalPicture(file)
        for (name, choice) in choices {
            var changed = [Bool](repeating: false, count: photo.picture.width * photo.picture.height)
            let picture = try pasted(photo.picture, regions, report, choice, folder, changed: &changed)
            let data = try original.encoded(
                replacing: picture, where: changed, scale: 1, format: report.request.format,
                provenance: provenance,
                keepsLocation: report.request.keepsLocation)
            try writeFile(data, to: making.path(name))
            if !report.pictures.contains(name) { report.pictures.append(name) }
        }
        report.files = try digests(below: making.staging)
        try writeFile(report.json(), to: making.path(Report.name))
        try making.commit()
        return (report, choices.map(\.0))
    }

    private func check(_ choice: RestoreChoice?, _ report: RestoreReport, _ folder: FilePath)
        throws(RestoreError)
    {
        for (face, candidate) in (choice?.candidates ?? [:]).sorted(by: { $0.key < $1.key }) {
            let count = report.faces.first { $0.number == face }?.candidates.count ?? 0
            guard (1...max(1, count)).contains(candidate), count > 0 else {
                throw .noSuchCandidate(face: face, candidate: candidate, result: folder)
            }
        }
    }

    private func pasted(
        _ photo: Picture, _ regions: [MosaicRegion], _ report: RestoreReport, _ choice: RestoreChoice,
        _ folder: FilePath,
        changed: inout [Bool]
    ) throws -> Picture {
        let paste = PasteBack(threads: threads)
        let smooth = SmoothPhoto(photo, regions).picture
        var picture = photo
        for face in report.faces {
            guard let candidate = choice.candidates[face.number] else { continue }
            let aligned = try Picture(contentsOf: folder.appending(face.candidates[candidate - 1].file))
            let place = LocatedFace(transform: face.transform, origin: face.origin, likeness: face.likeness)
            for region in face.regions {
                _ = paste(
                    aligned, at: place, into: &picture, regions[region - 1], smooth: smooth, changed: &changed
                )
            }
        }
        return picture
    }
}
