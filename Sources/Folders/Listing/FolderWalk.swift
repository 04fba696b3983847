import Files
import Foundation

/// What one cannot go on with below an input folder, while the rest goes on.
public enum ListingFault: Equatable, Sendable {
    case file(FileError)
    /// A link that leads back to a folder above it.
    case loop(FilePath)
    /// A link to nothing.
    case dangling(FilePath)
    /// A link to a folder that was walked through already.
    case sameFolder(FilePath)
    /// Nothing is matched by a pattern.
    case noMatch(FilePath)

    /// Whether something that was asked for could not be done.
    public var isFailure: Bool {
        switch self {
        case .file, .noMatch: true
        case .loop, .dangling, .sameFolder: false
        }
    }
}

/// A file that was found, and the folders under which its result is kept.
struct FoundFile: Equatable {
    var path: FilePath
    /// Names of folders below the output.
    var folders: [[UInt8]]
}

/// Goes through folders, names in the order of their bytes. Links to folders are followed last, each folder once, so that
/// what is reached without a link keeps its own place.
struct FolderWalk {
    private(set) var files: [FoundFile] = []
    private(set) var skipped = SkippedFiles()
    private(set) var faults: [ListingFault] = []

    /// The output folder, which is passed by.
    private let output: FolderIdentity?
    private let results: ResultMarks
    /// Every folder of this walk, so that none is walked through twice.
    private var visited: Set<FolderIdentity> = []
    /// Folders that links lead to.
    private var linked: [Visit] = []

    private struct Visit {
        var folder: FilePath
        /// Names below the output folder.
        var folders: [[UInt8]] = []
        /// The folders on the way here.
        var above: [FolderIdentity] = []
        /// What is still to be matched; nil where everything is taken.
        var pattern: (glob: GlobPattern, states: Set<Int>)?
    }

    init(output: FilePath, results: ResultMarks) {
        self.output = FolderIdentity(output)
        self.results = results
    }

    /// Takes every picture below a folder.
    mutating func take(_ folder: FilePath, under folders: [[UInt8]]) {
        walk(Visit(folder: folder, folders: folders))
        followLinks()
    }

    /// Takes what a pattern matches, and every picture below folders that it matches.
    mutating func take(_ pattern: GlobPattern) {
        walk(Visit(folder: pattern.base, pattern: (pattern, pattern.start)))
        followLinks()
    }

    private mutating func followLinks() {
        while !linked.isEmpty { walk(linked.removeFirst()) }
    }

    private mutating func walk(_ visit: Visit) {
        let folder = visit.folder
        guard let identity = FolderIdentity(folder) else {
            return faults.append(.file(FileError(folder, .missing)))
        }
        guard !visit.above.contains(identity) else { return faults.append(.loop(folder)) }
        guard visited.insert(identity).inserted else { return faults.append(.sameFolder(folder)) }
        let names: [FilePath.Component]
        do { names = try entries(of: folder) } catch { return faults.append(.file(error)) }
        let prefix = folder == "." && visit.pattern != nil ? FilePath("") : folder
        for component in names {
            var next = visit
            next.folder = prefix.appending(component)
            next.above.append(identity)
            if let pattern = visit.pattern {
                let states = pattern.glob.states(after: next.folder.lastComponentBytes, from: pattern.states)
                guard !states.isEmpty else { continue }
                next.pattern = pattern.glob.isMatch(states) ? nil : (pattern.glob, states)
            }
            meet(next)
        }
    }

    /// What a name in a folder stands for.
    private mutating func meet(_ visit: Visit) {
        let (path, isTaken) = (visit.folder, visit.pattern == nil)
        let name = path.lastComponentBytes
        if name.starts(with: Array(".pulse-".utf8)) { return }
        switch target(of: path) {
        case .folder:
            if isTaken && name.first == UInt8(ascii: ".") { return skipped.add(.hidden) }
            if let output, FolderIdentity(path) == output { return }
            if results.isFolder(path) { return skipped.add(.result) }
            var below = visit
            below.folders.append(name)
            if kind(of: path) == .folder { walk(below) } else { linked.append(below) }
        case .file:
            guard isTaken else { return }
            if let kind = SkippedKind.reason(toSkip: path) { return skipped.add(kind) }
            if results.isFile(path) { return skipped.add(.result) }
            files.append(FoundFile(path: path, folders: visit.folders))
        case .missing:
            let code = errno
            guard isTaken else { return }
            let isLink = kind(of: path) == .other && code != EACCES
            faults.append(isLink ? .dangling(path) : .file(FileError(path, .unreadable(code: code))))
        case .other: if isTaken { skipped.add(.special) }
        }
    }
}

/// What a path leads to, links followed; a link that leads nowhere, or round in circles, is missing.
func target(of path: FilePath) -> PathKind {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return .missing }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    default: .other
    }
}

/// By what a folder is known again, however it is reached.
struct FolderIdentity: Hashable {
    private var device: UInt64
    private var inode: UInt64

    /// - Returns: nil where there is no folder.
    init?(_ path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            return nil
        }
        (device, inode) = (UInt64(bitPattern: Int64(status.st_dev)), UInt64(status.st_ino))
    }
}
