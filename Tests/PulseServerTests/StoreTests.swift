import Files
import Foundation
import Jobs
import TestSupport
import Testing

@testable import PulseServer

/// What the server remembers, and for how long.
@Suite struct StoreTests {
    private func job(_ id: String, client: String = "a", state: JobState = .queued, created: Double? = nil)
        throws
        -> JobRecord
    {
        let request = try JobOptions().request { "\($0)" }
        return JobRecord(
            id: id, picture: nil, sha256: "", client: client, target: .whole,
            options: JobOptions(of: request, size: 32), request: try JSONEncoder().encode(request),
            identity: id,
            state: state, created: created ?? Date().timeIntervalSince1970)
    }

    private func withStore(_ body: (Store, FilePath) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(try Store(in: FilePath(folder)), FilePath(folder))
    }

    @Test func aFolderBelongsToOneServer() async throws {
        try await withStore { store, folder in
            #expect(throws: StoreError.inUse(folder)) { try Store(in: folder) }
            withExtendedLifetime(store) {}
        }
    }

    @Test func jobsAreKeptWithAllThatTheyAre() async throws {
        try await withStore { store, _ in
            var job = try job("one")
            job.progress.candidates = [CandidateBody(number: 1, steps: 3)]
            job.progress.problem = Problem(.noFace, "none")
            let added = try await store.add(job)
            #expect(added.number != nil)
            let read = try #require(try await store.job("one"))
            #expect(read.progress == job.progress && read.options == job.options && read.target == .whole)
            #expect(try await store.deleteJob("one"))
            #expect(try await !store.deleteJob("one"))
            #expect(try await store.job("one") == nil)
        }
    }

    @Test func pagesOfTheHistoryFollowEachOther() async throws {
        try await withStore { store, _ in
            for index in 0..<7 { _ = try await store.add(job("job\(index)")) }
            var (ids, last): ([String], String?) = ([], nil)
            repeat {
                let page = try await store.jobs(before: last, limit: 3)
                #expect(page.total == 7)
                ids += page.jobs.map(\.id)
                last = page.jobs.count == 3 ? page.jobs.last?.id : nil
            } while last != nil
            #expect(ids == (0..<7).reversed().map { "job\($0)" })
        }
    }

    @Test func whatIsOldOrTooMuchGoes() async throws {
        try await withStore { store, _ in
            let now = Date().timeIntervalSince1970
            for (id, days, bytes, state) in [
                ("old", 8.0, Int64(10), JobState.done), ("large", 2, 1_500, .done), ("new", 1, 900, .done),
                ("waiting", 9, 0, .queued),
            ] {
                var job = try job(id, state: state, created: now - days * 86_400)
                job.bytes = bytes
                _ = try await store.add(job)
            }
            #expect(try await store.expired().jobs == ["old"])
            try await store.set(Retention(retentionDays: 7, retentionBytes: 1_000, keepPictures: false))
            #expect(try await store.retention().retentionBytes == 1_000)
            #expect(try await store.expired().jobs == ["old", "large"])
        }
    }

    /// Whom nobody has served for longest is next; a client's own jobs keep their order.
    @Test func clientsTakeTurns() async throws {
        try await withStore { store, folder in
            var settings = ServerSettings(folder: folder, executable: "/nowhere", wording: { "\($0)" })
            settings.workers = 0
            let board = JobBoard(store: store, settings: settings, logger: .init(label: "test"))
            for (id, client) in [
                ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c"), ("b2", "b"),
            ] {
                _ = try await board.accept(job(id, client: client))
            }
            #expect(await board.order == ["a1", "b1", "c1", "a2", "b2", "a3"])
            #expect(await board.position(of: "c1") == 2)
            let cancelled = try await board.cancel("b1")
            #expect(cancelled.state == .cancelled)
            #expect(await board.order == ["a1", "c1", "b2", "a2", "a3"])
            try await board.delete("a1")
            await #expect(throws: Problem.self) { try await board.job("a1") }
        }
    }

    @Test func oneJobAtATimeHoweverTheyCome() async throws {
        try await withStore { store, folder in
            let program = folder.appending("idle")
            try writeFile(Data("#!/bin/sh\nexec sleep 30\n".utf8), to: program)
            _ = program.withPlatformString { chmod($0, 0o700) }
            let settings = ServerSettings(folder: folder, executable: program.string, wording: { "\($0)" })
            let board = JobBoard(store: store, settings: settings, logger: .init(label: "test"))
            let jobs = try (1...6).map { try job("job\($0)") }
            for job in jobs { try makeFolder(store.jobFolder(job.id)) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for job in jobs { group.addTask { _ = try await board.accept(job) } }
                try await group.waitForAll()
            }
            #expect(await board.running.count == 1)
            #expect(await board.order.count == 5)
            await board.stop()
            let states = try await store.openJobs().map(\.state)
            #expect(states == Array(repeating: .queued, count: 6))
        }
    }

    @Test func aFullQueueSaysWhenToComeBack() async throws {
        try await withStore { store, folder in
            var settings = ServerSettings(folder: folder, executable: "/nowhere", wording: { "\($0)" })
            (settings.workers, settings.queueLimit) = (0, 1)
            let board = JobBoard(store: store, settings: settings, logger: .init(label: "test"))
            _ = try await board.accept(job("one"))
            do {
                _ = try await board.accept(job("two"))
                Issue.record("accepted")
            } catch let problem as Problem {
                #expect(problem.kind == .tooMany && problem.headers["Retry-After"] != nil)
            }
        }
    }

    @Test func foldersWithoutARowAreRemovedAtTheStart() async throws {
        let folder = FilePath(
            FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID())"))
        defer { try? removeTree(folder) }
        do {
            let store = try Store(in: folder)
            _ = try await store.add(job("kept"))
            for id in ["kept", "stray"] { try makeFolder(store.jobFolder(id)) }
        }
        let store = try Store(in: folder)
        #expect(
            kind(of: store.jobFolder("kept")) == .folder && kind(of: store.jobFolder("stray")) == .missing)
    }
}
