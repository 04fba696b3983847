import Files
import Foundation

/// Why a folder of results cannot be put in place.
public enum ResultFolderError: Error, Equatable, Sendable {
    /// Something that is not a folder has the name.
    case notAFolder(path: String)
    /// The folder holds something that this program did not write, and would be replaced.
    case foreignContent(path: String, item: String)
    /// The result is another one than what would replace it, and nobody said that it may go.
    case otherResult(path: String, difference: ResultDifference)
    case file(FileError)
}

/// In what a result differs from the one that would replace it.
public enum ResultDifference: Equatable, Sendable {
    /// It was made from other pixels.
    case input(file: String)
    /// Its seed is known, that of the replacement is yet to be drawn.
    case seed(UInt64)
}

extension ResultFolderError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .notAFolder(let path):
            "\(path): this is not a folder, and the results need a folder of that name. Choose another --output."
        case .foreignContent(let path, let item):
            "\(path): this folder would be replaced by the new results, but holds '\(item)', which pulse did "
                + "not write or which was changed since. Move it away, or choose another --output."
        case .otherResult(let path, .input(let file)):
            "\(path): holds the result of another picture (\(file)). Add --force to replace it, or choose another "
                + "--output."
        case .otherResult(let path, .seed(let seed)):
            "\(path): holds a complete result already (seed \(seed)), and another random one would replace it. "
                + "Add --seed \(seed) to make it again, --force to replace it, or choose another --output."
        case .file(let error): error.description
        }
    }
}

/// A folder of results that appears under its name only when complete.
///
/// Files are written into `staging`, which is hidden; `commit` gives it the final name. An earlier result of that
/// name stays where it is until then, and is replaced in one step. The folder is known again as ours by its report, which
/// names every other file in it with its digest.
public final class ResultFolder: Sendable {
    public let destination: URL
    private let making: Staging

    /// Makes the hidden folder.
    /// - Throws: `ResultFolderError`.
    public init(destination: URL) throws(ResultFolderError) {
        self.destination = destination
        do throws(FileError) {
            making = try Staging(in: FilePath(destination).folder)
            try makeFolder(making.content)
        } catch {
            throw .file(error)
        }
    }

    /// Where the result is made.
    public var staging: URL { URL(fileURLWithPath: making.content.string, isDirectory: true) }

    /// Where a file of the result is written.
    public func url(_ name: String) -> URL { staging.appendingPathComponent(name) }

    /// Gives the complete folder its name, replacing an earlier result.
    /// - Parameter other: another name in the same folder, instead of `destination`.
    /// - Throws: `ResultFolderError`; the earlier result is then still in place.
    public func commit(as other: URL? = nil) throws(ResultFolderError) {
        let destination = other ?? destination
        try ResultFolder.checkReplaceable(destination)
        do throws(FileError) {
            try making.commit(as: FilePath(destination))
        } catch {
            throw .file(error)
        }
    }

    /// Removes the unfinished folder, if it is still there.
    public func discard() { making.discard() }

    /// Checks that a folder is missing, or holds nothing but an earlier result.
    /// - Throws: `ResultFolderError`.
    public static func checkReplaceable(_ url: URL) throws(ResultFolderError) {
        let path = FilePath(url)
        switch kind(of: path) {
        case .missing: return
        case .folder: break
        default: throw .notAFolder(path: url.relativePath)
        }
        let item: String?
        do throws(FileError) {
            item = try foreignItem(in: path)
        } catch {
            throw .file(error)
        }
        if let item { throw .foreignContent(path: url.relativePath, item: item) }
    }

    /// Checks that a complete result is replaced by none but its like: of the same input, with a seed that was chosen.
    /// - Parameters:
    ///   - sha256: of the input that the new result will be of.
    ///   - seed: of the new result; nil where it is yet to be drawn.
    /// - Returns: whether there is a result to replace.
    /// - Throws: `ResultFolderError`.
    @discardableResult
    public static func checkReplaceable(
        _ url: URL, byResultOf sha256: String, seed: UInt64?
    ) throws(ResultFolderError) -> Bool {
        try checkReplaceable(url)
        guard let report = Report(in: FilePath(url)) else { return false }
        if report.interrupted == true { return true }
        if report.input.sha256 != sha256 {
            throw .otherResult(path: url.relativePath, difference: .input(file: report.input.file))
        }
        if seed == nil { throw .otherResult(path: url.relativePath, difference: .seed(report.seed)) }
        return true
    }

    /// What in a folder keeps it from being a result of ours, whole and unchanged; nil where nothing does.
    private static func foreignItem(in folder: FilePath) throws(FileError) -> String? {
        let report = Report(in: folder)
        return try firstForeign(in: folder) { path, name throws(FileError) in
            guard let report else { return false }
            return try report.owns(path, called: name)
        }
    }
}

extension Report {
    /// The report in a folder of results; nil where there is none that is valid.
    package init?(in folder: FilePath) {
        guard let bytes = try? readFile(folder.appending("report.json"), limit: 1 << 26),
            let report = try? JSONDecoder().decode(Report.self, from: Data(bytes))
        else { return nil }
        self = report
    }

    /// Whether a file of the folder is the one that was written with this report.
    fileprivate func owns(_ path: FilePath, called name: String) throws(FileError) -> Bool {
        if name == "report.json" { return true }
        if let files { return try files[name] == sha256(contentsOf: path) }
        // Reports of version 0.1.0 name the candidates alone.
        return name == "overview.png" || candidates.contains { $0.file == name } || isIntermediate(name)
    }

    /// Whether a name is one of `--save-intermediate`'s for one of the candidates.
    fileprivate func isIntermediate(_ name: String) -> Bool {
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
