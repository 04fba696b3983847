import Files
import Foundation
import GRDB

extension Store {
    func job(_ id: String) async throws -> JobRecord? {
        try await read { try JobRecord.filter(Column("id") == id).fetchOne($0) }
    }

    func add(_ job: JobRecord) async throws -> JobRecord {
        try await write { db in
            var job = job
            try job.insert(db)
            return job
        }
    }

    func update(_ job: JobRecord) async throws {
        try await write { try job.update($0) }
    }

    /// A job that has the result already, or is on the way to it.
    func job(ofIdentity identity: String) async throws -> JobRecord? {
        try await read { db in
            try JobRecord.filter(
                Column("identity") == identity && Column("state") != JobState.failed.rawValue
            )
            .filter(Column("state") != JobState.cancelled.rawValue).order(Column("number").desc).fetchOne(db)
        }
    }

    /// Jobs that wait or run, in the order in which they came.
    func openJobs() async throws -> [JobRecord] {
        try await read { db in
            try JobRecord.filter(["queued", "running", "blocked"].contains(Column("state")))
                .order(Column("number")).fetchAll(db)
        }
    }

    /// A page of the history, the newest first.
    /// - Parameter id: the last job of the page before.
    func jobs(before id: String?, limit: Int) async throws -> (jobs: [JobRecord], total: Int, bytes: Int64) {
        try await read { db in
            var request = JobRecord.order(Column("number").desc).limit(limit)
            if let id {
                guard let last = try JobRecord.filter(Column("id") == id).fetchOne(db)?.number else {
                    throw Problem(.notFound, "There is no job of that id to go on behind.")
                }
                request = request.filter(Column("number") < last)
            }
            let bytes = try Int64.fetchOne(db, sql: "SELECT COALESCE(SUM(bytes), 0) FROM jobs") ?? 0
            return (try request.fetchAll(db), try JobRecord.fetchCount(db), bytes)
        }
    }

    /// Removes a job and its files.
    /// - Returns: whether it was there.
    func deleteJob(_ id: String) async throws -> Bool {
        let isGone = try await write { db in
            try db.execute(sql: "DELETE FROM keys WHERE job = ?", arguments: [id])
            return try JobRecord.filter(Column("id") == id).deleteAll(db) > 0
        }
        if isGone { try? removeTree(jobFolder(id)) }
        return isGone
    }

    // MARK: - Keys of requests

    /// What a key of a request stands for.
    func request(withKey key: String) async throws -> (digest: String, job: String)? {
        try await read { db in
            try Row.fetchOne(
                db, sql: "SELECT digest, job FROM keys WHERE key = ? AND created > ?",
                arguments: [key, Date().timeIntervalSince1970 - 86_400]
            ).map { ($0["digest"], $0["job"]) }
        }
    }

    func keep(key: String, digest: String, job: String) async throws {
        try await write { db in
            let now = Date().timeIntervalSince1970
            try db.execute(sql: "DELETE FROM keys WHERE created < ?", arguments: [now - 86_400])
            try db.execute(
                sql: "INSERT OR REPLACE INTO keys (key, digest, job, created) VALUES (?, ?, ?, ?)",
                arguments: [key, digest, job, now])
        }
    }
}

// MARK: - Retention

/// How long results stay.
struct Retention: Codable, Equatable, Sendable {
    var retentionDays = 7.0
    var retentionBytes: Int64 = 2_000_000_000
    /// Whether a picture stays once a job has its own copy of what it needs.
    var keepPictures = false
}

extension Store {
    func retention() async throws -> Retention {
        let text = try await read {
            try String.fetchOne($0, sql: "SELECT value FROM settings WHERE name = 'retention'")
        }
        return text.flatMap { try? JSONDecoder().decode(Retention.self, from: Data($0.utf8)) } ?? Retention()
    }

    func set(_ retention: Retention) async throws {
        let text = String(decoding: try JSONEncoder().encode(retention), as: UTF8.self)
        try await write {
            try $0.execute(
                sql: "INSERT OR REPLACE INTO settings (name, value) VALUES ('retention', ?)",
                arguments: [text])
        }
    }

    /// The jobs that are to go, the oldest first, and pictures that nobody came back for.
    func expired() async throws -> (jobs: [String], pictures: [String]) {
        let retention = try await retention()
        let now = Date().timeIntervalSince1970
        return try await read { db in
            let over = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, COALESCE(finished, created) AS time, bytes FROM jobs
                    WHERE state IN ('done', 'failed', 'cancelled') ORDER BY number
                    """
            ).map { (id: $0["id"] as String, time: $0["time"] as Double, bytes: $0["bytes"] as Int64) }
            var excess = over.reduce(Int64(0)) { $0 + $1.bytes } - retention.retentionBytes
            var jobs: [String] = []
            for job in over where job.time < now - retention.retentionDays * 86_400 || excess > 0 {
                jobs.append(job.id)
                excess -= job.bytes
            }
            let age = retention.keepPictures ? retention.retentionDays * 86_400 : 86_400
            let pictures = try String.fetchAll(
                db, sql: "SELECT id FROM pictures WHERE created < ?", arguments: [now - age])
            return (jobs, pictures)
        }
    }

    /// What the files of pictures and jobs take, in bytes.
    func usedBytes() async throws -> Int64 {
        try await read { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT COALESCE((SELECT SUM(bytes) FROM jobs), 0) + COALESCE((SELECT SUM(bytes) FROM pictures), 0)
                    """) ?? 0
        }
    }
}
