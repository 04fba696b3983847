import Files
import Foundation

/// Why a folder of results cannot be put in place.
public enum ResultFolderError: Error, Equatable, Sendable {
    /// Something that is not a folder has the name.
    case notAFolder(FilePath)
    /// The folder holds something that this program did not write, or that was changed since, and would be replaced.
    case foreignContent(FilePath, item: String)
    /// The result is another one than what would replace it, and nobody said that it may go.
    case otherResult(FilePath, difference: ResultDifference)
    case file(FileError)
}

/// In what a result differs from the one that would replace it.
public enum ResultDifference: Equatable, Sendable {
    /// It was made from other pixels, of the file that its report names.
    case input(file: String)
    /// Its seed is known, that of the replacement is yet to be drawn.
    case seed(UInt64)
}

/// Which earlier results may be replaced.
public enum ReplacementRule: Sendable, Equatable {
    /// Any result of ours.
    case any
    /// One of the same input; the seed of the new one was chosen.
    case sameInput
    /// None that is complete: the new one's seed is yet to be drawn, so that it would be just another.
    case incompleteOnly
}

/// A folder of results that appears under its name only when complete.
///
/// Files are written into `staging`, which is hidden; `commit` gives it the final name. An earlier result of that
/// name stays where it is until then, and is replaced in one step. The folder is known again as ours by its report, which
/// names every other file in it with its digest.
public final class ResultFolder: Sendable {
    public let destination: FilePath
    private let making: Staging

    /// Makes the hidden folder.
    /// - Throws: `ResultFolderError`.
    public init(destination: FilePath) throws(ResultFolderError) {
        self.destination = destination
        do throws(FileError) {
            making = try Staging(in: destination.folder)
            try makeFolder(making.content)
        } catch {
            throw .file(error)
        }
    }

    /// Where the result is made.
    public var staging: FilePath { making.content }

    /// Where a file of the result is written.
    public func path(_ name: String) -> FilePath { staging.appending(name) }

    /// Gives the complete folder its name, replacing an earlier result.
    /// - Parameter other: another name in the same folder, instead of `destination`.
    /// - Throws: `ResultFolderError`; the earlier result is then still in place.
    public func commit(as other: FilePath? = nil) throws(ResultFolderError) {
        let destination = other ?? destination
        try ResultFolder.checkReplaceable(destination)
        do throws(FileError) {
            try making.commit(as: destination)
        } catch {
            throw .file(error)
        }
    }

    /// Copies the files of a complete result into this one.
    /// - Parameter files: their digests by their paths below the folder, as its report has them.
    /// - Returns: whether all were there, unchanged; nothing outside the folder is read.
    package func copy(_ files: [String: String], of folder: FilePath) throws -> Bool {
        guard ResultFolder.isIntact(files, in: folder) else { return false }
        for name in files.keys.sorted() {
            let path = path(name)
            try makeFolder(path.folder)
            try writeFile(try readFile(folder.appending(name), limit: 1 << 30), to: path)
        }
        return true
    }

    /// Whether every file of a result is there as it was written.
    package static func isIntact(_ files: [String: String], in folder: FilePath) -> Bool {
        files.allSatisfy { name, digest in
            let path = FilePath(name)
            let isBelow = path.isRelative && !path.components.contains { $0.kind != .regular }
            return isBelow && (try? sha256(contentsOf: folder.appending(name))) == digest
        }
    }

    /// Where a result that is not complete goes: its own place, or a name beside it where something has that.
    package static func placeForIncomplete(_ destination: FilePath) -> FilePath {
        var (path, number) = (destination, 1)
        while kind(of: path) != .missing {
            let suffix = "-interrupted" + (number == 1 ? "" : "-\(number)")
            path = destination.folder.appending(bytes: destination.lastComponentBytes + Array(suffix.utf8))
            number += 1
        }
        return path
    }

    /// Removes the unfinished folder, if it is still there.
    public func discard() { making.discard() }
}

// MARK: - What may be replaced

extension ResultFolder {
    /// Checks that a folder is missing, or holds nothing but an earlier result.
    /// - Throws: `ResultFolderError`.
    public static func checkReplaceable(_ path: FilePath) throws(ResultFolderError) {
        switch kind(of: path) {
        case .missing: return
        case .folder: break
        default: throw .notAFolder(path)
        }
        let item: String?
        do throws(FileError) {
            item = try foreignItem(in: path)
        } catch {
            throw .file(error)
        }
        if let item { throw .foreignContent(path, item: item) }
    }

    /// Checks that an earlier result may be replaced by that of an input.
    /// - Parameter sha256: of the input.
    /// - Throws: `ResultFolderError`.
    public static func checkReplaceable(
        _ path: FilePath, by sha256: String, _ rule: ReplacementRule
    ) throws(ResultFolderError) {
        try checkReplaceable(path)
        guard rule != .any, let record = ResultRecord(in: path), record.interrupted != true else { return }
        if record.input.sha256 != sha256 {
            throw .otherResult(path, difference: .input(file: record.input.file))
        }
        if rule == .incompleteOnly { throw .otherResult(path, difference: .seed(record.seed)) }
    }

    /// What in a folder keeps it from being a result of ours, whole and unchanged; nil where nothing does.
    private static func foreignItem(in folder: FilePath) throws(FileError) -> String? {
        if let files = ResultRecord(in: folder)?.files {
            return try firstForeign(in: folder) { path, name throws(FileError) in
                if name == Report.name { return true }
                return try files[name] == sha256(contentsOf: path)
            }
        }
        let report = Report(in: folder)
        return try firstForeign(in: folder) { _, name throws(FileError) in report?.owns(name) ?? false }
    }
}

/// What every report says of the result that it is about, whatever the command.
struct ResultRecord: Decodable {
    struct Input: Decodable {
        var file: String
        var sha256: String
    }

    var input: Input
    var seed: UInt64
    var interrupted: Bool?
    /// The SHA-256 of every other file of the result; nil in reports of version 0.1.0.
    var files: [String: String]?

    /// That of a folder of results; nil where there is none that is valid.
    init?(in folder: FilePath) {
        guard let bytes = try? readFile(folder.appending(Report.name), limit: 1 << 26),
            let record = try? JSONDecoder().decode(ResultRecord.self, from: Data(bytes))
        else { return nil }
        self = record
    }
}

extension Report {
    /// The report in a folder of results; nil where there is none that is valid.
    package init?(in folder: FilePath) {
        guard let report = try? Report(contentsOf: folder.appending(Report.name)) else { return nil }
        self = report
    }

    /// Whether a file of the folder has a name that results of version 0.1.0 have: their reports name the candidates alone.
    fileprivate func owns(_ name: String) -> Bool {
        name == Report.name || name == "overview.png" || candidates.contains { $0.file == name }
            || isIntermediate(name)
    }

    /// Whether a name is one of `savesIntermediate` for one of the candidates.
    private func isIntermediate(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "intermediate", ["HR", "LR"].contains(parts[2]) else {
            return false
        }
        let step = parts[3].dropLast(4)
        return parts[3].hasSuffix(".png") && step.count >= 2
            && step.allSatisfy { $0.isASCII && $0.isNumber }
            && candidates.contains { $0.file == parts[1] + ".png" }
    }
}
