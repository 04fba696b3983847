import Files
import Foundation
import Jobs

/// Which job is next, and what its process says.
extension JobBoard {
    /// Waiting jobs in the order in which they will run: clients take turns, each one's jobs in the order in which they came.
    var order: [String] {
        var queues: [String: [JobRecord]] = [:]
        for job in open.values where job.state == .queued { queues[job.client, default: []].append(job) }
        for client in queues.keys { queues[client]?.sort { $0.number ?? 0 < $1.number ?? 0 } }
        // Who was served longest ago, or never, is first; among those, who came first.
        let clients = queues.keys.sorted { one, other in
            switch (turns[one], turns[other]) {
            case (let a?, let b?): a < b
            case (nil, _?): true
            case (_?, nil): false
            case (nil, nil): queues[one]?.first?.number ?? 0 < queues[other]?.first?.number ?? 0
            }
        }
        var order: [String] = []
        var round = 0
        while true {
            let ids = clients.compactMap { client in
                queues[client].flatMap { round < $0.count ? $0[round].id : nil }
            }
            guard !ids.isEmpty else { return order }
            order += ids
            round += 1
        }
    }

    /// Starts as many jobs as there are workers free.
    func next() async {
        // One that is being started counts, though its process is not there yet.
        while !isStopping, open.values.count(where: { $0.state == .running }) < settings.workers,
            let id = order.first
        {
            guard settings.hasRoom() else { return await block() }
            do {
                try await begin(id)
            } catch {
                logger.error("a job could not be started", metadata: ["why": "\(settings.wording(error))"])
                guard var job = open[id] else { continue }
                (job.state, job.finished) = (.failed, Date().timeIntervalSince1970)
                job.progress.problem = Problem(
                    isDiskFull(error) ? .diskFull : .failed, settings.wording(error))
                try? await close(job)
            }
        }
    }

    private func begin(_ id: String) async throws {
        guard var job = open[id] else { return }
        let folder = store.jobFolder(id)
        try? removeTree(folder.appending("out").appending("face"))
        try? removeTree(folder.appending("out").appending("photo"))
        job.state = .running
        job.started = job.started ?? Date().timeIntervalSince1970
        let steps = (try? JSONDecoder().decode(UpsampleRequest.self, from: job.request))?.method.steps ?? 1
        job.progress.candidates = (1...max(1, job.options.count ?? 1)).map {
            CandidateBody(number: $0, steps: steps)
        }
        open[id] = job
        try await store.update(job)
        // Somebody may have thought better of it meanwhile.
        guard open[id]?.state == .running else { return }
        let (lines, continuation) = AsyncStream.makeStream(of: Data.self)
        let child = try ChildProcess(
            settings.executable, ["serve-job"], in: folder, handleLine: { continuation.yield($0) },
            handleEnd: { _ in continuation.finish() })
        Task {
            for await line in lines {
                if let event = try? JSONDecoder().decode(WorkEvent.self, from: line) { take(event, of: id) }
            }
            await ended(id)
        }
        let now = ContinuousClock().now
        running[id] = Running(child: child, started: now)
        turns[job.client] = now
        changed(id)
        queueChanged()
    }

    private func take(_ event: WorkEvent, of id: String) {
        guard var job = open[id], running[id] != nil else { return }
        switch event {
        case .input(let width, let height): job.progress.input = .init(width: width, height: height)
        case .unlike(let likeness): job.progress.likeness = likeness
        case .resumed(let step): job.progress.resumed = step
        case .step(let candidate, let step, let steps, let rms, let seconds, let preview):
            guard job.progress.candidates.indices.contains(candidate - 1) else { return }
            var body = job.progress.candidates[candidate - 1]
            (body.state, body.step, body.steps, body.rms) = (.searching, step, steps, rms)
            if preview { body.preview = JobFiles.preview(candidate) }
            job.progress.candidates[candidate - 1] = body
            let before = running[id]?.stepSeconds ?? seconds
            running[id]?.stepSeconds = 0.8 * before + 0.2 * seconds
            statistics.searchSeconds += seconds
        case .candidate(let body):
            guard job.progress.candidates.indices.contains(body.number - 1) else { return }
            job.progress.candidates[body.number - 1] = body
        case .finished(let summary):
            (job.progress.overview, job.progress.spread) = (summary.overview, summary.spread)
            (job.progress.report, job.progress.fit) = (summary.report, summary.fit)
            running[id]?.outcome = .finished(isComplete: summary.isComplete)
        case .failed(let failure): running[id]?.outcome = .failed(Problem(failure.problem, failure.detail))
        }
        open[id] = job
        changed(id)
    }

    /// What follows when a job's process has ended.
    private func ended(_ id: String) async {
        guard let run = running.removeValue(forKey: id), var job = open[id] else { return await next() }
        do {
            switch (run.wish, run.outcome) {
            case (.delete, _): try await remove(id)
            case (_, .finished(isComplete: true)): try await finish(&job, as: .done)
            case (.stop, _), (nil, .finished):
                // It goes on from what was saved.
                job.state = .queued
                open[id] = job
                try await store.update(job)
            case (.cancel, _): try await finish(&job, as: .cancelled)
            case (nil, .failed(let problem)) where problem.kind == .diskFull: await block(id)
            case (nil, .failed(let problem)):
                job.progress.problem = problem
                try await finish(&job, as: .failed)
            case (nil, nil): try await crashed(&job)
            }
        } catch {
            logger.error("a job's end could not be kept", metadata: ["why": "\(settings.wording(error))"])
        }
        await next()
    }

    private func finish(_ job: inout JobRecord, as state: JobState) async throws {
        (job.state, job.finished) = (state, Date().timeIntervalSince1970)
        let folder = store.jobFolder(job.id)
        try? removeTree(folder.appending("out").appending(SavedSearches.folderName))
        for candidate in job.progress.candidates where candidate.state != .done {
            job.progress.candidates[candidate.number - 1].preview = nil
        }
        for candidate in job.progress.candidates {
            let preview = folder.appending(JobFiles.folder).appending(JobFiles.preview(candidate.number))
            _ = preview.withPlatformString { unlink($0) }
            job.progress.candidates[candidate.number - 1].preview = nil
        }
        job.bytes = Int64(fileBytes(below: folder))
        switch state {
        case .done: statistics.done += 1
        case .failed: statistics.failed += 1
        default: statistics.cancelled += 1
        }
        try await close(job)
    }

    /// A process that ended without a word is tried once more: what it had come to is kept.
    private func crashed(_ job: inout JobRecord) async throws {
        job.crashes += 1
        guard job.crashes > 1 else {
            job.state = .queued
            open[job.id] = job
            return try await store.update(job)
        }
        job.progress.problem = Problem(
            .failed,
            "The search ended by itself, twice; the system may lack memory. The job is not tried again.")
        try await finish(&job, as: .failed)
    }

    /// Lets a job wait until there is room on the disk.
    private func block(_ id: String? = nil) async {
        if let id, var job = open[id] {
            job.state = .queued
            open[id] = job
            try? await store.update(job)
        }
        guard !lacksRoom else { return }
        setLacksRoom(true)
        for job in open.values where job.state == .queued { changed(job.id) }
        Task {
            while !settings.hasRoom(), !isStopping { try? await Task.sleep(for: .seconds(5)) }
            setLacksRoom(false)
            for job in open.values where job.state == .queued { changed(job.id) }
            await next()
        }
    }
}

/// What files take, second names of a file once.
func fileBytes(below folder: FilePath) -> Int {
    var seen: Set<UInt64> = []
    var sum = 0
    var folders = [folder]
    while let folder = folders.popLast() {
        for name in (try? entries(of: folder)) ?? [] {
            let path = folder.appending(name)
            var status = stat()
            guard path.withPlatformString({ lstat($0, &status) }) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                folders.append(path)
            } else if seen.insert(UInt64(status.st_ino)).inserted {
                sum += Int(status.st_size)
            }
        }
    }
    return sum
}
