import Files
import Foundation
import GRDB

/// What is known of the results in an output folder: a small database, hidden in that folder.
///
/// A row is written when the result is in its place and flushed, never before; a kill in between costs the row, not the
/// result. What a row says is believed only where the folder agrees (``Result/isIntact(in:)``).
public final class Journal {
    package static let name = ".pulse-journal.sqlite"

    /// A result that is in its place.
    package struct Result: Equatable, Sendable {
        /// Below the output folder, in bytes.
        package var place: [UInt8]
        /// Of the input, in lower-case hexadecimal.
        package var sha256: String
        /// The digest of what decides the result besides the input.
        package var settings: String
        /// Whether it is what was asked for: a face found, an answer accepted.
        package var isAccepted: Bool
        package var files: [ResultFile]

        package init(
            place: [UInt8], sha256: String, settings: String, isAccepted: Bool, files: [ResultFile]
        ) {
            (self.place, self.sha256, self.settings) = (place, sha256, settings)
            (self.isAccepted, self.files) = (isAccepted, files)
        }
    }

    package let path: FilePath
    /// The output folder.
    public let folder: FilePath
    private var database: JournalDatabase

    /// Opens the journal of an output folder; makes both where they are missing.
    /// - Throws: `JournalError`.
    public init(in folder: FilePath) throws(JournalError) {
        self.folder = folder
        path = folder.appending(Journal.name)
        database = try JournalDatabase(path, in: folder)
    }

    /// The seed for a run: the one given, or that of the last run into this folder, or the one drawn; whichever it is, it
    /// is kept for the next run.
    /// - Throws: `JournalError`.
    public func seed(given: UInt64?, drawn: UInt64) throws(JournalError) -> UInt64 {
        return try write { db in
            let kept = try String.fetchOne(db, sql: "SELECT value FROM facts WHERE name = 'seed'")
            let seed = given ?? kept.flatMap { UInt64($0) } ?? drawn
            try db.execute(
                sql: "INSERT OR REPLACE INTO facts (name, value) VALUES ('seed', ?)", arguments: ["\(seed)"])
            return seed
        }
    }

    /// Keeps what settings a digest stands for, for people who look.
    package func keep(settings json: String, digest: String) throws(JournalError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO settings (digest, json) VALUES (?, ?)", arguments: [digest, json])
        }
    }

    /// The result that is known at a place.
    package func result(of work: String, at place: [UInt8]) throws(JournalError) -> Result? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM results WHERE work = ? AND place = ?",
                arguments: [work, Data(place)]
            ).flatMap(Result.init)
        }
    }

    /// The results of one input with the same settings, wherever they are.
    package func results(of work: String, sha256: String, settings: String) throws(JournalError) -> [Result] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM results WHERE work = ? AND sha256 = ? AND settings = ? ORDER BY place",
                arguments: [work, sha256, settings]
            ).compactMap(Result.init)
        }
    }

    /// Whether work with the same input and settings has failed at a place.
    package func hasFailed(
        _ work: String, at place: [UInt8], sha256: String, settings: String
    ) throws(JournalError) -> Bool {
        try read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT 1 FROM failures WHERE work = ? AND place = ? AND sha256 = ? AND settings = ?",
                arguments: [work, Data(place), sha256, settings]) != nil
        }
    }

    package func record(_ result: Result, of work: String) throws(JournalError) {
        let files = String(
            decoding: (try? JSONEncoder().encode(result.files)) ?? Data("[]".utf8), as: UTF8.self)
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO results (work, place, sha256, settings, accepted, files)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    work, Data(result.place), result.sha256, result.settings, result.isAccepted, files,
                ])
            try db.execute(
                sql: "DELETE FROM failures WHERE work = ? AND place = ?",
                arguments: [work, Data(result.place)])
        }
    }

    package func recordFailure(
        of work: String, at place: [UInt8], sha256: String, settings: String
    ) throws(JournalError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO failures (work, place, sha256, settings) VALUES (?, ?, ?, ?)",
                arguments: [work, Data(place), sha256, settings])
        }
    }

    // MARK: - Access

    private func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try database.queue.read(body) } catch { throw JournalError(error, path: path) }
    }

    /// Writes, into a new journal where the file was taken away under this one.
    private func write<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        if database.isGone(from: path) { database = try JournalDatabase(path, in: folder) }
        do { return try database.queue.write(body) } catch { throw JournalError(error, path: path) }
    }
}

extension Journal.Result {
    fileprivate init?(_ row: Row) {
        // The library's own conversions end the program where they fail.
        func value<Value: DatabaseValueConvertible>(_ column: String) -> Value? {
            Value.fromDatabaseValue(row[column] as DatabaseValue)
        }
        guard let place: Data = value("place"), let sha256: String = value("sha256"),
            let settings: String = value("settings"), let isAccepted: Bool = value("accepted"),
            let json: String = value("files"),
            let files = try? JSONDecoder().decode([ResultFile].self, from: Data(json.utf8))
        else { return nil }
        self.init(
            place: Array(place), sha256: sha256, settings: settings, isAccepted: isAccepted, files: files)
    }

    /// Whether every file of the result is where it was written, with the length that it had.
    package func isIntact(in output: FilePath) -> Bool {
        files.allSatisfy { ResultFile($0.path, in: output) == $0 }
    }
}

/// A file of a result, as the journal knows it.
public struct ResultFile: Codable, Equatable, Sendable {
    /// Below the output folder, in bytes.
    public var path: Data
    public var size: Int64

    /// - Returns: nil where there is no such file.
    public init?(_ path: some Sequence<UInt8>, in output: FilePath) {
        let bytes = Array(path)
        var status = stat()
        guard output.appending(bytes: bytes).withPlatformString({ lstat($0, &status) }) == 0,
            status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        (self.path, size) = (Data(bytes), Int64(status.st_size))
    }
}
