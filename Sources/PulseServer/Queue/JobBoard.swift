import Files
import Foundation
import Jobs
import Logging

/// The jobs that wait and run, and who watches them.
///
/// One process works on a job at a time (`workers` on several), on all threads. A job that was accepted is in the store, so
/// that it is neither lost nor done twice, whatever ends the server.
actor JobBoard {
    /// A job under way.
    struct Running {
        var child: ChildProcess
        /// What the client wants of it meanwhile.
        var wish: Wish?
        /// Whether the process has said how it ended.
        var outcome: Outcome?
        /// Seconds that a step took, in the mean of the last ones.
        var stepSeconds: Double?
        var started: ContinuousClock.Instant

        enum Wish { case cancel, delete, stop }
        enum Outcome { case finished(isComplete: Bool), failed(Problem) }
    }

    let store: Store
    let settings: ServerSettings
    let logger: Logger
    /// Open jobs by their ids, as they are now; the store is behind where a step was made.
    var open: [String: JobRecord] = [:]
    var running: [String: Running] = [:]
    private var watchers: [String: [UUID: AsyncStream<Void>.Continuation]] = [:]
    /// When each client's latest job began, for turns.
    var turns: [String: ContinuousClock.Instant] = [:]
    private(set) var isStopping = false
    private(set) var lacksRoom = false
    var statistics = Statistics()

    struct Statistics {
        var done = 0, failed = 0, cancelled = 0
        var searchSeconds = 0.0
    }

    init(store: Store, settings: ServerSettings, logger: Logger) {
        (self.store, self.settings, self.logger) = (store, settings, logger)
    }

    /// Takes up what an earlier server has left.
    func start() async throws {
        for var job in try await store.openJobs() {
            if job.state == .running {
                // Its server ended, or its process did with the server: not its own fault.
                job.state = .queued
                try await store.update(job)
            }
            open[job.id] = job
        }
        await next()
    }

    /// Ends what runs, which goes on at the next start.
    func stop() async {
        isStopping = true
        for list in watchers.values { for watcher in list.values { watcher.finish() } }
        watchers = [:]
        for (id, run) in running {
            if run.wish == nil { running[id]?.wish = .stop }
            run.child.send(SIGTERM)
        }
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(4)
        while !running.isEmpty, clock.now < deadline { try? await Task.sleep(for: .milliseconds(50)) }
        for run in running.values { run.child.send(SIGKILL) }
    }

    // MARK: - What clients ask for

    /// How many wait.
    var queued: Int { open.values.count { $0.state != .running } }

    /// The job as it is now.
    func job(_ id: String) async throws -> JobRecord {
        if let job = open[id] { return job }
        guard let job = try await store.job(id) else {
            throw Problem(.notFound, "There is no job of that id.")
        }
        return job
    }

    func accept(_ job: JobRecord) async throws -> JobRecord {
        guard !isStopping else { throw Problem(.conflict, "The server is ending.") }
        guard queued < settings.queueLimit else {
            let seconds = Int((secondsLeft() ?? 60).rounded(.up))
            throw Problem(
                .tooMany, "\(queued) jobs are waiting; try again in \(seconds) s.",
                headers: ["Retry-After": "\(seconds)"])
        }
        let job = try await store.add(job)
        open[job.id] = job
        await next()
        return open[job.id] ?? job
    }

    /// Ends a job and keeps the best that it has come to.
    func cancel(_ id: String) async throws -> JobRecord {
        var job = try await job(id)
        guard !job.state.isOver else { return job }
        if running[id] != nil {
            running[id]?.wish = .cancel
            running[id]?.child.send(SIGINT)
            return job
        }
        (job.state, job.finished) = (.cancelled, Date().timeIntervalSince1970)
        try await close(job)
        return job
    }

    func delete(_ id: String) async throws {
        _ = try await job(id)
        if running[id] != nil {
            running[id]?.wish = .delete
            running[id]?.child.send(SIGKILL)
            return
        }
        try await remove(id)
    }

    func deleteAll() async throws {
        for id in open.keys { try await delete(id) }
        while true {
            let ids = try await store.jobs(before: nil, limit: 500).jobs.map(\.id).filter {
                running[$0] == nil
            }
            guard !ids.isEmpty else { return }
            for id in ids { try await remove(id) }
        }
    }

    func remove(_ id: String) async throws {
        open[id] = nil
        _ = try await store.deleteJob(id)
        // Watchers find it gone.
        for watcher in (watchers[id] ?? [:]).values { watcher.yield() }
    }

    // MARK: - Watching

    /// An element each time that a job has changed, as fast as the watcher takes them.
    func changes(of id: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let key = UUID()
            watchers[id, default: [:]][key] = continuation
            continuation.onTermination = { [weak self] _ in
                Task { await self?.forget(id, key) }
            }
        }
    }

    private func forget(_ id: String, _ key: UUID) {
        watchers[id]?[key] = nil
        if watchers[id]?.isEmpty == true { watchers[id] = nil }
    }

    func changed(_ id: String) {
        for watcher in (watchers[id] ?? [:]).values { watcher.yield() }
    }

    /// Tells those who wait that their places have changed.
    func queueChanged() {
        for job in open.values where job.state == .queued { changed(job.id) }
    }

    /// Keeps the end of a job.
    func close(_ job: JobRecord) async throws {
        try await store.update(job)
        open[job.id] = nil
        changed(job.id)
        queueChanged()
    }

    func setLacksRoom(_ lacks: Bool) { lacksRoom = lacks }

    // MARK: - Places and times

    /// Jobs before a queued one.
    func position(of id: String) -> Int? {
        guard let job = open[id], job.state == .queued else { return nil }
        return order.firstIndex(of: job.id)
    }

    /// Seconds until a job is done, or, without one, until there is a place in the queue; nil where nothing is known yet.
    func secondsLeft(of id: String? = nil) -> Double? {
        guard let id else { return running.keys.compactMap { remaining($0) }.min() }
        return remaining(id)
    }

    private func remaining(_ id: String) -> Double? {
        guard let step = running[id]?.stepSeconds, let job = open[id] else { return nil }
        let steps = job.progress.candidates.reduce(0) { $0 + max(0, $1.steps - $1.step) }
        let unfinished = job.progress.candidates.count { $0.state != .done }
        // What follows a candidate's last step takes about as long as three.
        return step * Double(steps + 3 * unfinished)
    }
}
