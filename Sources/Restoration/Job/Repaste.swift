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
        let photo = try file.decoded()
        guard file.sha256 == report.input.sha256 else { throw RestoreError.otherPhoto(path, result: folder) }
        try check(choice, report, folder)
        let regions = MosaicFinder().regions(in: photo, given: report.request.regions)
        guard regions.map(RestoreReport.Region.init) == report.regions, report.isConsistent else {
            throw RestoreError.noResult(folder)
        }
        let making = try ResultFolder(destination: folder)
        defer { making.discard() }
        guard try making.copy(report.files, of: folder) else { throw RestoreError.noResult(folder) }
        let numbers = report.faces.map(\.number)
        let ending = report.request.format.ending
        let choices =
            choice.map { [($0.name(faces: numbers) + "." + ending, $0)] }
            ?? (1...max(1, report.faces.map(\.candidates.count).min() ?? 1)).map { k in
                ("\(k).\(ending)", RestoreChoice(Dictionary(numbers.map { ($0, k) }) { first, _ in first }))
            }
        let provenance = Provenance(
            model: report.model.name, seed: report.seed, mode: report.mode,
            operatorName: RestoreRequest.operatorName, version: pulseVersion)
        let original = try OriginalPicture(file)
        let smooth = SmoothPhoto(photo, regions)
        for (name, choice) in choices {
            var faces: [FilledPhoto.Face] = []
            for face in report.faces {
                guard let candidate = choice.candidates[face.number] else { continue }
                faces.append(
                    FilledPhoto.Face(
                        picture: try Picture(contentsOf: making.path(face.candidates[candidate - 1].file)),
                        place: LocatedFace(
                            transform: face.transform, origin: face.origin, likeness: face.likeness),
                        regions: face.regions.map { regions[$0 - 1] }))
            }
            let filled = FilledPhoto(
                photo, smooth: smooth, faces, scale: report.request.scale, threads: threads)
            try writeFile(
                try filled.encoded(over: original, report.request, provenance), to: making.path(name))
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
}

extension RestoreReport {
    /// Whether what it refers to is there: it may come from anywhere.
    fileprivate var isConsistent: Bool {
        faces.allSatisfy { face in
            face.regions.allSatisfy { (1...max(1, regions.count)).contains($0) && !regions.isEmpty }
                && face.candidates.allSatisfy { files[$0.file] != nil } && [1, 2, 4].contains(request.scale)
                && abs(face.transform.determinant) > 1e-9
        }
    }
}
