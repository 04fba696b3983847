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
    private var faces: [(number: Int, candidates: [Found])] = []

    /// A candidate whose picture is written.
    private struct Found {
        /// Its file's path, without an ending.
        var name: String
        var steps: Int
        var seconds: Double
        var judgement: Judgement?
    }

    init(
        _ folder: ResultFolder, _ photo: Photo, _ original: OriginalPicture, _ survey: Survey,
        _ request: RestoreRequest, model: Model,
        threads: Int
    ) {
        (self.folder, self.photo, self.original, self.survey) = (folder, photo, original, survey)
        self.request = request
        (self.model, self.threads) = (model, threads)
        provenance = Provenance(
            model: model.name, seed: request.seed, mode: FastMethod.name,
            operatorName: RestoreRequest.operatorName,
            version: pulseVersion)
    }

    var hasFaces: Bool { !faces.isEmpty }

    /// Writes an aligned candidate of a face with its latents.
    /// - Returns: where the picture is.
    func add(_ candidate: Candidate, face number: Int) throws -> FilePath {
        try makeFolder(folder.path("faces/\(number)"))
        let name = "faces/\(number)/\(candidate.number)"
        try save(candidate.picture.pngData(provenance: provenance), as: "\(name).png")
        try writeLatents(of: candidate, model: model, to: folder.path("\(name).safetensors"))
        let found = Found(
            name: name, steps: candidate.steps, seconds: candidate.seconds, judgement: candidate.judgement)
        if faces.last?.number == number {
            faces[faces.count - 1].candidates.append(found)
        } else {
            faces.append((number, [found]))
        }
        return folder.path("\(name).png")
    }

    /// Writes the photographs, the overview and the report; the folder is then complete.
    func finish(seconds: Double, interrupted: Bool) throws -> RestoreReport {
        let count = faces.map(\.candidates.count).min() ?? 0
        var reported = faces.map { face in
            let found = survey.hidden[face.number - 1]
            return RestoreReport.Face(
                number: face.number, origin: found.place.origin, transform: found.place.transform,
                likeness: found.place.likeness, regions: found.regions.map { $0 + 1 }, candidates: [])
        }
        var (pictures, shown) = ([String](), [Picture]())
        for place in 0..<count {
            let filled = FilledPhoto(
                photo.picture, smooth: survey.smooth,
                try faces.map { face in
                    let found = survey.hidden[face.number - 1]
                    return FilledPhoto.Face(
                        picture: try Picture(contentsOf: folder.path("\(face.candidates[place].name).png")),
                        place: found.place, regions: found.regions.map { survey.regions[$0] })
                }, scale: request.scale, threads: threads)
            let name = "\(place + 1).\(request.format.ending)"
            try save(filled.encoded(over: original, request, provenance), as: name)
            let saved = try Picture(contentsOf: folder.path(name))
            for (index, face) in faces.enumerated() {
                reported[index].candidates.append(
                    summary(face.candidates[place], BlockCertificate(of: saved, filled.fillings[index])))
            }
            pictures.append(name)
            if place < RestoreOverview.limit { shown.append(saved) }
        }
        let overview = RestoreOverview(photo: photo.picture, survey: survey, faces: faces.map(\.number))
        var statement = provenance
        statement.source = .composite
        try save(
            overview.picture(of: shown, scale: request.scale).pngData(provenance: statement),
            as: "overview.png")
        let report = RestoreReport(
            input: photo.origin,
            model: Report.Model(name: model.name, sha256: model.sha256, encoderSHA256: model.encoderSHA256),
            mode: FastMethod.name, seed: request.seed, request: request, kernels: Kernels.default.name,
            regions: survey.regions.map(RestoreReport.Region.init), faces: reported, pictures: pictures,
            scale: request.scale, interrupted: interrupted ? true : nil, peakMemoryBytes: peakMemoryBytes(),
            seconds: seconds,
            version: pulseVersion, files: try digests(below: folder.staging))
        try save(report.json(), as: Report.name)
        return report
    }

    private func summary(_ found: Found, _ certificate: BlockCertificate) -> RestoreReport.Candidate {
        RestoreReport.Candidate(
            file: "\(found.name).png", latents: "\(found.name).safetensors", certificate: certificate,
            steps: found.steps, seconds: found.seconds,
            accepted: certificate.isAccepted && found.judgement?.isConvincing != false,
            judgement: found.judgement)
    }

    private func save(_ data: Data, as name: String) throws(FileError) {
        do {
            try writeFile(data, to: folder.path(name))
        } catch {
            throw FileError(folder.destination.appending(name), error.problem)
        }
    }
}
