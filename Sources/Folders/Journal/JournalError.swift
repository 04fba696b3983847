import Files
import Foundation
import GRDB

/// Why a journal cannot be used.
public enum JournalError: Error, Equatable, Sendable {
    /// It is no database, or a broken one.
    case damaged(FilePath)
    /// A later version of this program has written it.
    case newer(FilePath, version: Int)
    /// Another program keeps it locked.
    case busy(FilePath)
    /// The system refused; `code` is its `errno` as far as that is known.
    case unusable(FilePath, code: Int32)

    init(_ error: any Error, path: FilePath) {
        guard let error = error as? DatabaseError else {
            self = error as? JournalError ?? .unusable(path, code: EIO)
            return
        }
        self =
            switch error.resultCode.primaryResultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR: .damaged(path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path)
            case .SQLITE_FULL: .unusable(path, code: ENOSPC)
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: .unusable(path, code: EACCES)
            default: .unusable(path, code: EIO)
            }
    }
}
