import Files
import Foundation
import GRDB

/// What the server remembers: rows in one SQLite file, and a folder for the files of each picture and job.
///
/// `HOME/serve/` belongs to one server at a time. A file is there before its row, and a row goes before its file, so that a
/// kill in between leaves a file without a row, which the next start removes.
final class Store: Sendable {
    let folder: FilePath
    private let queue: DatabaseQueue
    private let lock: FolderLock

    /// - Throws: `StoreError` where another server has the folder, or it cannot be used.
    init(in folder: FilePath) throws {
        self.folder = folder
        for part in ["", "pictures", "jobs"] {
            try makeFolder(part.isEmpty ? folder : folder.appending(part))
        }
        guard folder.withPlatformString({ chmod($0, 0o700) }) == 0 else { throw FileError.writing(folder) }
        lock = try FolderLock(folder)
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        queue = try DatabaseQueue(path: folder.appending("serve.sqlite").string, configuration: configuration)
        try Store.migrator.migrate(queue)
        try sweep()
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE pictures (
                        id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, created REAL NOT NULL, bytes INTEGER NOT NULL,
                        survey TEXT NOT NULL);
                    CREATE TABLE jobs (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, picture TEXT,
                        sha256 TEXT NOT NULL, client TEXT NOT NULL, target TEXT NOT NULL, options TEXT NOT NULL,
                        request BLOB NOT NULL, identity TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL,
                        started REAL, finished REAL, crashes INTEGER NOT NULL, progress TEXT NOT NULL,
                        bytes INTEGER NOT NULL);
                    CREATE INDEX jobsByState ON jobs (state, number);
                    CREATE INDEX jobsByIdentity ON jobs (identity);
                    CREATE INDEX jobsByPicture ON jobs (picture);
                    CREATE TABLE keys (
                        key TEXT PRIMARY KEY, digest TEXT NOT NULL, job TEXT NOT NULL, created REAL NOT NULL);
                    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
                    """)
        }
        return migrator
    }

    // MARK: - Access

    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.read(body)
    }

    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        try await queue.write(body)
    }

    func pictureFolder(_ id: String) -> FilePath { folder.appending("pictures").appending(id) }
    func jobFolder(_ id: String) -> FilePath { folder.appending("jobs").appending(id) }

    // MARK: - Leftovers

    /// Removes folders that no row knows.
    private func sweep() throws {
        for (part, table) in [("pictures", "pictures"), ("jobs", "jobs")] {
            let known = try queue.read { try Set(String.fetchAll($0, sql: "SELECT id FROM \(table)")) }
            for name in try entries(of: folder.appending(part)) where !known.contains(name.string) {
                try? removeTree(folder.appending(part).appending(name))
            }
        }
    }
}

/// Why the server's folder cannot be used.
public enum StoreError: Error, Equatable, Sendable {
    /// Another server is running with it.
    case inUse(FilePath)
}

/// Holds a folder for one process, for as long as it lives.
private final class FolderLock: Sendable {
    private let descriptor: Int32

    init(_ folder: FilePath) throws {
        let path = folder.appending("lock")
        descriptor = path.withPlatformString { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw FileError.writing(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StoreError.inUse(folder)
        }
    }

    deinit { close(descriptor) }
}
