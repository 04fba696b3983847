import Foundation

/// What went wrong with a file or a folder.
public struct FileError: Error, Equatable, Sendable {
    public enum Problem: Equatable, Sendable {
        case missing
        case isFolder
        case notAFolder
        /// A pipe, a socket or a device.
        case notARegularFile
        /// Larger than what is read of its kind, in bytes.
        case tooLarge(bytes: Int, limit: Int)
        /// The system refused; `code` is its `errno`.
        case unreadable(code: Int32)
        case unwritable(code: Int32)
    }

    public var path: FilePath
    public var problem: Problem

    public init(_ path: FilePath, _ problem: Problem) {
        self.path = path
        self.problem = problem
    }

    /// The problem behind `errno` after a call that reads.
    package static func reading(_ path: FilePath, code: Int32 = errno) -> FileError {
        FileError(path, code == ENOENT || code == ENOTDIR ? .missing : .unreadable(code: code))
    }

    /// The problem behind `errno` after a call that writes.
    package static func writing(_ path: FilePath, code: Int32 = errno) -> FileError {
        FileError(path, .unwritable(code: code))
    }
}

/// The system's own words for an error code.
public func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
