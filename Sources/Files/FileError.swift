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
        /// The place belongs to something that this program did not write, here called by its path.
        case foreign(item: FilePath)
    }

    public var path: FilePath
    public var problem: Problem

    public init(_ path: FilePath, _ problem: Problem) {
        self.path = path
        self.problem = problem
    }

    /// The problem behind `errno` after a call that reads.
    static func reading(_ path: FilePath, code: Int32 = errno) -> FileError {
        FileError(path, code == ENOENT || code == ENOTDIR ? .missing : .unreadable(code: code))
    }

    /// The problem behind `errno` after a call that writes.
    static func writing(_ path: FilePath, code: Int32 = errno) -> FileError {
        FileError(path, .unwritable(code: code))
    }
}

extension FileError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch problem {
        case .missing: "\(path): there is no such file."
        case .isFolder: "\(path): this is a folder, not a file. Name a file in it."
        case .notAFolder: "\(path): this is not a folder. Choose another place."
        case .notARegularFile: "\(path): this is a pipe, a socket or a device. Name a file on disk."
        case .tooLarge(let bytes, let limit):
            "\(path): has \(bytes) bytes, and no more than \(limit) are read. Choose a smaller file."
        case .unreadable(let code): "\(path): cannot be read (\(systemMessage(code)))."
        case .unwritable(let code): "\(path): cannot be written (\(systemMessage(code))). \(advice(code))"
        case .foreign(let item):
            "\(path): would be replaced, but holds '\(item)', which pulse did not write. Move it away, or choose "
                + "another place."
        }
    }

    private func advice(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "Free some space."
        case EFBIG: "Files may not grow so large here: raise the limit, or write less."
        case EACCES, EPERM, EROFS: "Choose a folder you may write to."
        default: "Check the path."
        }
    }
}

/// The system's own words for an error code.
public func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
