import Files
import Foundation
import GRDB

/// The open database behind a journal.
final class JournalDatabase {
    let queue: DatabaseQueue
    private let descriptor: Int32
    private let identity: FileIdentity?

    private static let version = 1
    private static let schema = """
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
        CREATE TABLE settings (digest TEXT PRIMARY KEY, json TEXT NOT NULL);
        CREATE TABLE results (
            work TEXT NOT NULL, place BLOB NOT NULL, sha256 TEXT NOT NULL, settings TEXT NOT NULL,
            accepted INTEGER NOT NULL, files TEXT NOT NULL, PRIMARY KEY (work, place)
        ) WITHOUT ROWID;
        CREATE INDEX resultsByInput ON results (work, sha256, settings);
        CREATE TABLE failures (
            work TEXT NOT NULL, place BLOB NOT NULL, sha256 TEXT NOT NULL, settings TEXT NOT NULL,
            PRIMARY KEY (work, place)
        ) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """

    init(_ path: FilePath, in folder: FilePath) throws(JournalError) {
        do throws(FileError) { try makeFolder(folder) } catch { throw .unusable(folder, code: error.code) }
        descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .unusable(folder, code: errno) }
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            configuration.label = "pulse.journal"
            queue = try DatabaseQueue(
                path: JournalDatabase.text(of: path, in: descriptor), configuration: configuration)
            let found = try queue.write { db in
                let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                if found == 0 { try db.execute(sql: JournalDatabase.schema) }
                return found
            }
            guard found <= JournalDatabase.version else { throw JournalError.newer(path, version: found) }
        } catch {
            close(descriptor)
            throw JournalError(error, path: path)
        }
        identity = FileIdentity(path)
    }

    deinit { close(descriptor) }

    /// Whether the file is no longer at its path, as where somebody has removed the folder.
    func isGone(from path: FilePath) -> Bool { FileIdentity(path) != identity }

    /// A path as text, which is all that the library takes: where its bytes are not UTF-8, by way of the open folder.
    private static func text(of path: FilePath, in descriptor: Int32) -> String {
        if let text = String(validating: path.bytes, as: UTF8.self) {
            return text.hasPrefix("/") ? text : "./" + text
        }
        return "/proc/self/fd/\(descriptor)/" + Journal.name
    }
}

private struct FileIdentity: Equatable {
    var device: UInt64
    var inode: UInt64

    init?(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
        (device, inode) = (UInt64(bitPattern: Int64(status.st_dev)), UInt64(status.st_ino))
    }
}

extension FileError {
    /// The system's code behind it, or the nearest that says the same.
    fileprivate var code: Int32 {
        switch problem {
        case .unreadable(let code), .unwritable(let code): code
        case .missing: ENOENT
        case .isFolder: EISDIR
        case .notAFolder: ENOTDIR
        case .notARegularFile, .tooLarge: EIO
        }
    }
}
