import Engine
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Jobs
import Models
import Search

extension WebServices {
    var jobRoutes: [Route] {
        [
            Route(.post, Self.base + "/jobs", postJob),
            Route(.get, Self.base + "/jobs", listJobs),
            Route(.delete, Self.base + "/jobs") { _, _ in
                try await board.deleteAll()
                return Response(status: .noContent)
            },
            Route(.get, Self.base + "/jobs/{id}") { _, context in
                json(await body(try await board.job(context.id())))
            },
            Route(.delete, Self.base + "/jobs/{id}") { _, context in
                try await board.delete(context.id())
                return Response(status: .noContent)
            },
            Route(.post, Self.base + "/jobs/{id}/cancel") { _, context in
                json(await body(try await board.cancel(context.id())))
            },
            Route(.post, Self.base + "/jobs/{id}/more", postMore),
            Route(.get, Self.base + "/jobs/{id}/events", events),
        ]
    }

    /// What a client asks for.
    private struct JobRequest: Codable {
        var picture: String
        var target: JobTarget?
        var options: JobOptions?
    }

    private func postJob(_ request: Request, _ context: WebContext) async throws -> Response {
        let asked = try await request.decoded(JobRequest.self, context)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let digest = sha256(of: try encoder.encode(asked))
        let key = request.headers[named: "Idempotency-Key"].map {
            sha256(of: Data("\(context.client)\n\($0)".utf8))
        }
        if let key, let known = try await store.request(withKey: key) {
            guard known.digest == digest else {
                throw Problem(.badOption, "This idempotency key belongs to another request.")
            }
            return answer(await body(try await board.job(known.job)), .ok)
        }
        let picture = try await picture(asked.picture)
        let target = try target(asked.target, of: picture.survey)
        let job = try await submit(
            picture.id, sha256: picture.sha256,
            at: store.pictureFolder(picture.id).appending(LookWork.picture), target,
            asked.options ?? JobOptions(), context.client)
        if let key { try await store.keep(key: key, digest: digest, job: job.job.id) }
        return answer(await body(job.job), job.isNew ? .created : .ok)
    }

    private func answer(_ body: JobBody, _ status: HTTPResponse.Status) -> Response {
        var response = json(body, status: status)
        response.headers[.location] = "\(Self.base)/jobs/\(body.id)"
        return response
    }

    /// What of the picture is meant, checked.
    private func target(_ asked: JobTarget?, of survey: PictureSurvey) throws(Problem) -> JobTarget {
        guard let target = asked ?? survey.suggested else {
            throw Problem(.noFace, "No face and no mosaic was found in the picture. Say where with a region.")
        }
        switch target {
        case .whole:
            guard survey.suggested == .whole else {
                throw Problem(
                    .badOption,
                    "Whole pictures are of at most 256 pixels a side. Choose a face, a mosaic or a region.")
            }
        case .face(let number):
            guard survey.faces.contains(where: { $0.number == number }) else {
                throw .badOption("The picture has no face of the number \(number).")
            }
        case .mosaic(let number):
            guard survey.mosaics.contains(where: { $0.number == number }) else {
                throw .badOption("The picture has no mosaic of the number \(number).")
            }
        case .region(let box):
            let isInside =
                box.width >= 8 && box.height >= 8 && box.x >= 0 && box.y >= 0
                && box.x + box.width <= Double(survey.width) && box.y + box.height <= Double(survey.height)
            guard isInside else {
                throw .badOption("The region must lie in the picture and be at least 8 pixels wide and high.")
            }
        }
        return target
    }

    /// Puts a job into the queue, or finds the one that has the result already.
    /// - Parameter file: the picture.
    private func submit(
        _ picture: String?, sha256: String, at file: FilePath, _ target: JobTarget, _ options: JobOptions,
        near: NearFace? = nil, _ client: String
    ) async throws -> (job: JobRecord, isNew: Bool) {
        var request = try options.request(settings.wording)
        if var method = request.method as? FastMethod, let near {
            method.near = near
            request.method = method
        }
        let model: Model
        do { model = try ModelStore().load(request.model) } catch {
            throw Problem.badOption(settings.wording(error))
        }
        do { try request.method.validate(for: model.specification) } catch {
            throw Problem.badOption(settings.wording(error))
        }
        let options = JobOptions(of: request, size: options.size ?? JobOptions.defaultSize)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let words = [
            sha256, String(decoding: try encoder.encode(target), as: UTF8.self),
            request.settings(with: model),
            "\(options.size ?? 0)", Kernels.default.name, pulseVersion,
        ]
        let identity = Files.sha256(of: Data(words.joined(separator: "\n").utf8))
        if let known = try await store.job(ofIdentity: identity) {
            return (try await board.job(known.id), false)
        }
        guard settings.hasRoom() else {
            throw Problem(.diskFull, "There is no room on the disk for another job.")
        }
        let id = ServerSettings.secret()
        let folder = store.jobFolder(id)
        try makeFolder(folder)
        do {
            let place = folder.appending(JobOrder.picture)
            let isLinked = file.withPlatformString { from in
                place.withPlatformString { Foundation.link(from, $0) == 0 }
            }
            if !isLinked { try writeAtomically(Data(try readFile(file, limit: 1 << 26)), to: place) }
            let data = try encoder.encode(request)
            let order = JobOrder(
                target: target, request: data, size: options.size ?? JobOptions.defaultSize,
                threads: settings.threads)
            try writeAtomically(try encoder.encode(order), to: folder.appending(JobOrder.name))
            let job = JobRecord(
                id: id, picture: picture, sha256: sha256, client: client, target: target, options: options,
                request: data, identity: identity, state: .queued, created: Date().timeIntervalSince1970)
            return (try await board.accept(job), true)
        } catch {
            try? removeTree(folder)
            throw error
        }
    }

    private struct MoreRequest: Codable {
        struct Steering: Codable {
            var direction: String
            var amount: Double
        }

        var count: Int?
        /// Of which candidate's face the new ones are to be like.
        var like: Int?
        var steer: [Steering]?
    }

    /// The face that the new ones are to be like.
    private func near(_ asked: MoreRequest, of job: JobRecord) throws -> NearFace? {
        guard let number = asked.like else {
            guard asked.steer?.isEmpty ?? true else {
                throw Problem.badOption("'steer' moves the face of 'like', which is missing.")
            }
            return nil
        }
        guard job.progress.candidates.contains(where: { $0.number == number && $0.files?.latents != nil })
        else {
            throw Problem.badOption("The job has no face of the number \(number) to go on from.")
        }
        let model = try ModelStore().load(job.options.model ?? ModelStore.defaultModelName)
        let statistics = try model.latentStatistics()
        let path = store.jobFolder(job.id).appending(JobFiles.folder).appending(JobFiles.latents(number))
        let w = try LatentInputs(contentsOf: path, seed: nil, model: model).w(0)
        var face = NearFace(w: w, statistics: statistics)
        for steering in asked.steer ?? [] {
            guard -6...6 ~= steering.amount else { throw Problem.badOption("'amount' must be from -6 to 6.") }
            do {
                let direction = try ModelStore().direction(steering.direction, of: model)
                face.move(steering.amount, along: direction, statistics: statistics)
            } catch let error as DirectionError {
                throw Problem.badOption(settings.wording(error))
            }
        }
        return face
    }

    /// The same with another seed, or near one of its faces.
    private func postMore(_ request: Request, _ context: WebContext) async throws -> Response {
        let asked = try await request.decoded(MoreRequest.self, context)
        let job = try await board.job(context.id())
        var options = job.options
        options.seed = nil
        if let count = asked.count { options.count = count }
        let near = try near(asked, of: job)
        guard near == nil || options.mode == FastMethod.name else {
            throw Problem.badOption("'like' belongs to the mode 'fast'.")
        }
        let more = try await submit(
            job.picture, sha256: job.sha256, at: store.jobFolder(job.id).appending(JobOrder.picture),
            job.target,
            options, near: near, context.client)
        return answer(await body(more.job), .created)
    }

    private func listJobs(_ request: Request, _ context: WebContext) async throws -> Response {
        struct Body: Encodable {
            var jobs: [JobSummary]
            var next: String?
            var total: Int
            var bytes: Int64
            private enum Key: String, CodingKey { case jobs, next, total, bytes }
            func encode(to encoder: any Encoder) throws {
                var values = encoder.container(keyedBy: Key.self)
                try values.encode(jobs, forKey: .jobs)
                try values.encode(next, forKey: .next)
                try values.encode(total, forKey: .total)
                try values.encode(bytes, forKey: .bytes)
            }
        }
        let words = request.uri.queryParameters
        let limit = try words["limit"].map { word throws(Problem) in
            guard let limit = Int(word), 1...200 ~= limit else {
                throw Problem.badOption("'limit' must be from 1 to 200.")
            }
            return limit
        }
        let page = try await store.jobs(before: words["before"].map(String.init), limit: limit ?? 50)
        var summaries: [JobSummary] = []
        for job in page.jobs { summaries.append(summary(await board.open[job.id] ?? job)) }
        return json(
            Body(
                jobs: summaries, next: page.jobs.count == limit ?? 50 ? page.jobs.last?.id : nil,
                total: page.total,
                bytes: page.bytes))
    }

    // MARK: - Bodies

    func body(_ job: JobRecord) async -> JobBody {
        let (position, seconds, isFull) = await (
            board.position(of: job.id), board.secondsLeft(of: job.id), board.lacksRoom
        )
        let progress = job.progress
        func url(_ name: String?) -> String? { name.map { fileURL(job.id, $0) } }
        let note = progress.likeness.map {
            JobBody.Note(
                kind: "unlike", likeness: $0,
                text:
                    "The input does not look like something that this generator makes; nothing found will be accepted."
            )
        }
        return JobBody(
            id: job.id, state: job.state == .queued && isFull ? .blocked : job.state, position: position,
            picture: job.picture, target: job.target, options: job.options, created: timestamp(job.created),
            started: job.started.map(timestamp), finished: job.finished.map(timestamp),
            resumed: progress.resumed,
            secondsLeft: seconds, problem: progress.problem,
            input: progress.input.map {
                .init(url: fileURL(job.id, JobFiles.input), width: $0.width, height: $0.height)
            },
            note: note, candidates: progress.candidates.map { candidate($0, of: job.id) },
            overview: url(progress.overview), spread: url(progress.spread), report: url(progress.report),
            archive: progress.report == nil ? nil : "\(Self.base)/jobs/\(job.id)/archive",
            sentences: .init(fit: progress.fit), bytes: job.bytes, version: pulseVersion,
            model: job.options.model ?? ModelStore.defaultModelName)
    }

    /// A candidate whose files' names are addresses.
    func candidate(_ candidate: CandidateBody, of id: String) -> CandidateBody {
        var body = candidate
        body.preview = candidate.preview.map { "\(fileURL(id, $0))?step=\(candidate.step)" }
        body.files = candidate.files.map {
            CandidateBody.Files(
                picture: fileURL(id, $0.picture), small: $0.small.map { fileURL(id, $0) },
                difference: $0.difference.map { fileURL(id, $0) },
                latents: $0.latents.map { fileURL(id, $0) },
                photo: $0.photo.map { fileURL(id, $0) })
        }
        return body
    }

    private func fileURL(_ id: String, _ name: String) -> String { "\(Self.base)/jobs/\(id)/files/\(name)" }

    private func summary(_ job: JobRecord) -> JobSummary {
        let done = job.progress.candidates.filter { $0.state == .done }
        return JobSummary(
            id: job.id, state: job.state, created: timestamp(job.created), target: job.target,
            thumbnail: done.isEmpty ? nil : "\(Self.base)/jobs/\(job.id)/thumbnail",
            count: job.progress.candidates.count, accepted: done.count { $0.accepted == true },
            bytes: job.bytes)
    }
}
