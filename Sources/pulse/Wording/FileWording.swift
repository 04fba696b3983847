import Files
import Foundation

extension FileError.Problem {
    /// What stands behind "cannot be written" or the like, without advice.
    var words: String {
        switch self {
        case .missing: "it is not there"
        case .isFolder: "it is a folder"
        case .notAFolder: "it is not a folder"
        case .notARegularFile: "it is a pipe, a socket or a device"
        case .tooLarge(_, let limit): "it is larger than \(limit) bytes"
        case .unreadable(let code), .unwritable(let code): systemMessage(code)
        }
    }
}

extension FileError: Worded {
    var wording: String {
        switch problem {
        case .missing: "\(path): there is no such file."
        case .isFolder: "\(path): this is a folder, not a file. Name a file in it."
        case .notAFolder: "\(path): this is not a folder. Choose another place."
        case .notARegularFile: "\(path): this is a pipe, a socket or a device. Name a file on disk."
        case .tooLarge(let bytes, let limit):
            "\(path): has \(bytes) bytes, and no more than \(limit) are read. Choose a smaller file."
        case .unreadable(let code): "\(path): cannot be read (\(systemMessage(code)))."
        case .unwritable(let code): "\(path): cannot be written (\(systemMessage(code))). \(advice(code))"
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
