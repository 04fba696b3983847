import Files
import Foundation
import Imaging

/// What lies among pictures and is none.
public enum SkippedKind: Hashable, Sendable {
    /// Files and folders whose names begin with a dot.
    case hidden
    /// What file browsers leave in folders that they show.
    case litter
    case json
    case notAPicture(NotAPicture)
    /// Pictures of a format that is not read.
    case otherFormat(String)
    /// Pipes, sockets and devices.
    case special
    /// What an earlier run has made.
    case result
    case other
}

/// How many files were passed by, by their kinds.
public struct SkippedFiles: Equatable, Sendable {
    public private(set) var counts: [SkippedKind: Int] = [:]

    public init() {}

    public var total: Int { counts.values.reduce(0, +) }

    package mutating func add(_ kind: SkippedKind) { counts[kind, default: 0] += 1 }
}

/// By what the results of earlier runs are known, which are never taken as inputs.
public struct ResultMarks: Sendable {
    /// Whether a folder is a result, with all that is in it.
    public var isFolder: @Sendable (FilePath) -> Bool
    /// Whether a file is a result.
    public var isFile: @Sendable (FilePath) -> Bool

    public init(
        isFolder: @escaping @Sendable (FilePath) -> Bool = { _ in false },
        isFile: @escaping @Sendable (FilePath) -> Bool = { _ in false }
    ) {
        (self.isFolder, self.isFile) = (isFolder, isFile)
    }
}

extension SkippedKind {
    /// Why a file in a folder is passed by; nil for one that is taken: a picture, or what is called like one, whose
    /// fault is then said.
    static func reason(toSkip path: FilePath) -> SkippedKind? {
        let name = path.lastComponentBytes
        if name.first == UInt8(ascii: ".") { return .hidden }
        if (try? isLitter(path)) == true { return .litter }
        let ending = path.extension?.lowercased() ?? ""
        switch Announcement(of: path) {
        case .picture, .unreadable: return nil
        case .empty, .unknown: return pictureEndings.contains(ending) ? nil : .other
        case .otherFormat(let format): return pictureEndings.contains(ending) ? nil : .otherFormat(format)
        case .notAPicture(let kind):
            if pictureEndings.contains(ending) { return nil }
            return kind == .text && ending == "json" ? .json : .notAPicture(kind)
        }
    }
}
