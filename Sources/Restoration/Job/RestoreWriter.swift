import Checkpoints
import Degradation
import Engine
import FaceAlignment
import Files
import Foundation
import Generators
import Imaging
import Jobs
import Models
import Search
import Tensors

/// Writes the result for one photograph into its unfinished folder.
final class RestoreWriter {
    private let folder: ResultFolder
    private let photo: Photo
    private let original: OriginalPicture
    private let survey: Survey
    private let request: RestoreRequest
    private let model: Model
    private let threads: Int
    private let provenance: Provenance
    private var faces: [(number: Int, candidates: [Candidate])] = []

    init(
        _ folder: ResultFolder, _ photo: Photo, _ original: OriginalPicture, _ survey: Survey,
        _ request: RestoreRequest, model: Model,
        threads: Int
    ) {
        (self.folder, self.photo, self.original, self.survey) = (folder, photo, original, survey)
        self.request = request
        (self.model, self.threads) = (model, threads)
        provenance = Provenance(
            model: model.name, seed: request.seed, mode: FastMethod.name, version: pulseVersion)
    }

    var hasFaces: Bool { !faces.isEmpty }

    /// Writes the aligned candidates of a face with their latents.
    func add(_ candidates: [Candidate], face number: Int) throws {
        guard !candidates.isEmpty else { return }
        try makeFolder(folder.path("faces/\(number)"))
        for candidate in candidates {
            let name = "faces/\(number)/\(candidate.number)"
            try save(candidate.picture.pngData(provenance: provenance), as: "\(name).png")
            try writeLatents(of: candidate, model: model, to: folder.path("\(name).safetensors"))
        }
        faces.append((number, candidates))
    }

    /// Writes the photographs, the overview and the report; the folder is then complete.
    func finish(seconds: Double, interrupted: Bool) throws -> RestoreReport {
        let paste = PasteBack(threads: threads)
        let count = faces.map(\.candidates.count).min() ?? 0
        var reported = faces.map { face in
            let found = survey.hidden[face.number - 1]
            return RestoreReport.Face(
                number: face.number, origin: found.place.origin, transform: found.place.transform,
                likeness: found.place.likeness, regions: found.regions.map { $0 + 1 }, candidates: [])
        }
        var (pictures, shown) = ([String](), [Picture]())
        for place in 0..<count {
            var picture = photo.picture
            var changed = [Bool](repeating: false, count: picture.width * picture.height)
            let filled = faces.map { face in
                let found = survey.hidden[face.number - 1]
                return found.regions.map { number in
                    let region = survey.regions[number]
                    return (
                        region,
                        paste(
                            face.candidates[place].picture, at: found.place, into: &picture, region,
                            smooth: survey.smooth.picture, changed: &changed)
                    )
                }
            }
            let name = "\(place + 1).\(request.format.ending)"
            try save(
                original.encoded(
                    replacing: picture, where: changed, scale: 1, format: request.format,
                    provenance: provenance,
                    keepsLocation: request.keepsLocation), as: name)
            let saved = try Picture(contentsOf: folder.path(name))
            for (index, face) in faces.enumerated() {
                reported[index].candidates.append(
                    summary(face.candidates[place], face.number, BlockCertificate(of: saved, filled[index])))
            }
            pictures.append(name)
            if place < RestoreOverview.limit { shown.append(saved) }
        }
        let overview = RestoreOverview(photo: photo.picture, survey: survey, faces: faces.map(\.number))
        var statement = provenance
        statement.source = .composite
        try save(overview.picture(of: shown).pngData(provenance: statement), as: "overview.png")
        let report = RestoreReport(
            input: photo.origin,
            model: Report.Model(name: model.name, sha256: model.sha256, encoderSHA256: model.encoderSHA256),
            mode: FastMethod.name, seed: request.seed, request: request, kernels: Kernels.default.name,
            regions: survey.regions.map(RestoreReport.Region.init), faces: reported, pictures: pictures,
            interrupted: interrupted ? true : nil, peakMemoryBytes: peakMemoryBytes(), seconds: seconds,
            version: pulseVersion, files: try digests(below: folder.staging))
        try save(report.json(), as: Report.name)
        return report
    }

    private func summary(
        _ candidate: Candidate, _ face: Int, _ certificate: BlockCertificate
    ) -> RestoreReport.Candidate {
        let name = "faces/\(face)/\(candidate.number)"
        return RestoreReport.Candidate(
            file: "\(name).png", latents: "\(name).safetensors", certificate: certificate,
            steps: candidate.steps,
            seconds: candidate.seconds,
            accepted: certificate.isAccepted && candidate.judgement?.isConvincing != false,
            judgement: candidate.judgement)
    }

    private func save(_ data: Data, as name: String) throws(FileError) {
        do {
            try writeFile(data, to: folder.path(name))
        } catch {
            throw FileError(folder.destination.appending(name), error.problem)
        }
    }
}
