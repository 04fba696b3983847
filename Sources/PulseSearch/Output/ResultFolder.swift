import Foundation

/// Why a folder of results cannot be put in place.
public enum ResultFolderError: Error, Equatable, Sendable {
    /// Something that is not a folder has the name.
    case notAFolder(path: String)
    /// The folder holds something that this program did not write, and would be replaced.
    case foreignContent(path: String, item: String)
    case unwritable(path: String, reason: String)
}

extension ResultFolderError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAFolder(let path):
            "\(path): this is not a folder, and the results need a folder of that name. Choose another --output."
        case .foreignContent(let path, let item):
            "\(path): this folder would be replaced by the new results, but holds '\(item)', which pulse did "
                + "not write. Move it away, or choose another --output."
        case .unwritable(let path, let reason):
            "\(path): cannot be written (\(reason)). Choose a folder you may write to."
        }
    }
}

/// A folder of results that appears under its name only when complete.
///
/// Files are written into `staging`, a hidden neighbour of `destination`; `commit` gives it the final name.
/// An earlier result of that name stays where it is until then.
public struct ResultFolder: Sendable {
    public let destination: URL
    public let staging: URL

    /// Makes the hidden folder.
    /// - Throws: `ResultFolderError`.
    public init(destination: URL) throws(ResultFolderError) {
        self.destination = destination
        staging = hiddenNeighbour(of: destination, "part")
        guard mkdir(staging.path, 0o777) == 0 else {
            throw .unwritable(
                path: destination.deletingLastPathComponent().relativePath,
                reason: String(cString: strerror(errno)))
        }
    }

    /// Where a file of the result is written.
    public func url(_ name: String) -> URL { staging.appendingPathComponent(name) }

    /// Gives the complete folder its name, replacing an earlier result.
    /// - Parameter other: another name in the same folder, instead of `destination`.
    /// - Throws: `ResultFolderError`; the earlier result is then still in place.
    public func commit(as other: URL? = nil) throws(ResultFolderError) {
        let destination = other ?? destination
        try ResultFolder.checkReplaceable(destination)
        let earlier = hiddenNeighbour(of: destination, "old")
        let replaces = rename(destination.path, earlier.path) == 0
        guard rename(staging.path, destination.path) == 0 else {
            let reason = String(cString: strerror(errno))
            if replaces { rename(earlier.path, destination.path) }
            throw .unwritable(path: destination.relativePath, reason: reason)
        }
        if replaces { try? FileManager.default.removeItem(at: earlier) }
    }

    /// Removes the unfinished folder, if it is still there.
    public func discard() {
        // A file that is being written on another thread may appear while its folder is emptied: try again.
        for _ in 0..<3 where FileManager.default.fileExists(atPath: staging.path) {
            try? FileManager.default.removeItem(at: staging)
        }
    }

    /// Checks that a folder is missing, or holds nothing but an earlier result.
    /// - Throws: `ResultFolderError`.
    public static func checkReplaceable(_ url: URL) throws(ResultFolderError) {
        var status = stat()
        guard lstat(url.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: url.relativePath) }
        guard let items = try? FileManager.default.contentsOfDirectory(atPath: url.path) else {
            throw .unwritable(path: url.relativePath, reason: "its content cannot be listed")
        }
        for item in items.sorted() where !isOurs(item) {
            throw .foreignContent(path: url.relativePath, item: item)
        }
    }

    private static func isOurs(_ item: String) -> Bool {
        if ["report.json", "overview.png", "intermediate"].contains(item) { return true }
        guard item.hasSuffix(".png") else { return false }
        let stem = item.dropLast(4)
        return !stem.isEmpty && stem.allSatisfy { $0.isASCII && $0.isNumber }
    }
}

private func hiddenNeighbour(of url: URL, _ kind: String) -> URL {
    let number = String(UInt64.random(in: 0 ... .max), radix: 36)
    return url.deletingLastPathComponent()
        .appendingPathComponent(".\(url.lastPathComponent.prefix(60)).\(number).\(kind)")
}
