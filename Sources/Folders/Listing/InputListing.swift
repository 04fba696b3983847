import Files
import Foundation

/// A picture to be worked on, and where below the output folder its result goes.
public struct ListedItem: Hashable, Sendable {
    public var path: FilePath
    /// The folders below the output folder, in bytes.
    public var folders: [[UInt8]]
    /// What the result is called: the file's stem, or its whole name where another one there has that stem.
    public var name: [UInt8]

    public init(path: FilePath, folders: [[UInt8]] = [], name: [UInt8]) {
        (self.path, self.folders, self.name) = (path, folders, name)
    }

    /// Folders and name below the output folder, joined by slashes.
    public var place: [UInt8] { Array((folders + [name]).joined(separator: [UInt8(ascii: "/")])) }

    /// The folder that the result goes to.
    public func folder(in output: FilePath) -> FilePath {
        folders.reduce(output) { $0.appending(bytes: $1) }
    }
}

/// Why a listing cannot be worked on at all.
public enum ListingError: Error, Equatable, Sendable {
    /// There is no picture in what was named.
    case nothing([FilePath], SkippedFiles)
    /// The results would go to the folder that the pictures are in.
    case outputIsInput(FilePath)
    /// Two pictures whose results would have one name.
    case nameClash(place: FilePath, first: FilePath, second: FilePath)
    case noName(FilePath)
}

/// The pictures of a job: files, folders through all their depths, what patterns match, and the paths of a list.
///
/// The order is that of the arguments, in a folder that of the names' bytes.
public struct InputListing: Sendable {
    public let items: [ListedItem]
    public let skipped: SkippedFiles
    public let faults: [ListingFault]

    /// Whether arguments need more than being taken for files as they are.
    public static func isNeeded(for arguments: [FilePath]) -> Bool {
        arguments.contains { target(of: $0) == .folder || pattern($0) != nil }
    }

    /// - Parameters:
    ///   - arguments: files, folders or patterns; a file of that name is a file, whatever it is called.
    ///   - list: files and folders whose own folders are kept below the output folder.
    ///   - results: by what the results of earlier runs are known.
    /// - Throws: `ListingError`.
    public init(
        _ arguments: [FilePath], list: PathList? = nil, output: FilePath, results: ResultMarks = ResultMarks()
    ) throws(ListingError) {
        var collection = Collection(output: output, results: results)
        for argument in arguments { try collection.take(argument) }
        for path in list?.paths ?? [] { try collection.takeListed(path) }
        (skipped, faults) = (collection.skipped, collection.faults)
        items = try named(collection.files, output: output)
        if items.isEmpty && !faults.contains(where: \.isFailure) {
            throw .nothing(arguments + (list?.paths.prefix(1) ?? []), skipped)
        }
    }

    /// What a path is as a pattern; nil where something of that name is there.
    private static func pattern(_ path: FilePath) -> GlobPattern? {
        kind(of: path) == .missing ? GlobPattern(path) : nil
    }

    private struct Collection {
        let output: FilePath
        let results: ResultMarks
        var files: [FoundFile] = []
        var skipped = SkippedFiles()
        var faults: [ListingFault] = []

        mutating func take(_ argument: FilePath) throws(ListingError) {
            var walk = FolderWalk(output: output, results: results)
            if target(of: argument) == .folder {
                try check(argument)
                walk.take(argument, under: [])
            } else if let glob = InputListing.pattern(argument) {
                walk.take(glob)
                if walk.files.isEmpty && walk.faults.isEmpty { faults.append(.noMatch(argument)) }
            } else {
                files.append(FoundFile(path: argument, folders: []))
            }
            add(walk)
        }

        mutating func takeListed(_ path: FilePath) throws(ListingError) {
            let isFolder = target(of: path) == .folder
            let folders = kept(isFolder ? path : path.removingLastComponent())
            guard isFolder else { return files.append(FoundFile(path: path, folders: folders)) }
            try check(path)
            var walk = FolderWalk(output: output, results: results)
            walk.take(path, under: folders)
            add(walk)
        }

        private mutating func add(_ walk: FolderWalk) {
            files += walk.files
            faults += walk.faults
            for (kind, count) in walk.skipped.counts {
                for _ in 0..<count { skipped.add(kind) }
            }
        }

        private func check(_ folder: FilePath) throws(ListingError) {
            if let identity = FolderIdentity(folder), identity == FolderIdentity(output) {
                throw .outputIsInput(folder)
            }
        }
    }
}

/// A folder as it is kept below the output folder: without what leads out of it.
private func kept(_ folder: FilePath) -> [[UInt8]] {
    folder.lexicallyNormalized().bytes.split(separator: UInt8(ascii: "/")).map { Array($0) }
        .filter { $0 != Array(".".utf8) && $0 != Array("..".utf8) }
}

// MARK: - Names

/// Gives every file its name in the output folder; a file that was found twice is taken once.
private func named(_ files: [FoundFile], output: FilePath) throws(ListingError) -> [ListedItem] {
    var items: [ListedItem] = []
    var known: [[UInt8]: FilePath] = [:]
    for file in files {
        let name = file.path.lastComponentBytes
        guard !name.isEmpty, name != Array("..".utf8) else { throw .noName(file.path) }
        var item = ListedItem(path: file.path, folders: file.folders, name: name)
        if let other = known.updateValue(file.path, forKey: item.place) {
            guard other.resolved != file.path.resolved else { continue }
            throw .nameClash(place: output.appending(bytes: item.place), first: other, second: file.path)
        }
        let stem = file.path.stemBytes
        if stem != Array(".".utf8) { item.name = stem }
        items.append(item)
    }
    return try withoutClashes(items, output: output)
}

/// Calls those by their whole names that would have one name otherwise, or that of a folder with others in it.
private func withoutClashes(_ items: [ListedItem], output: FilePath) throws(ListingError) -> [ListedItem] {
    var items = items
    var folders: Set<[UInt8]> = []
    for item in items {
        for depth in item.folders.indices {
            folders.insert(
                ListedItem(path: item.path, folders: Array(item.folders[..<depth]), name: item.folders[depth])
                    .place)
        }
    }
    while true {
        let groups = Dictionary(grouping: items.indices) { items[$0].place }
        let clashes = groups.filter { $0.value.count > 1 || folders.contains($0.key) }
        if clashes.isEmpty { return items }
        var hasChanged = false
        for index in clashes.values.joined() {
            let whole = items[index].path.lastComponentBytes
            guard items[index].name != whole else { continue }
            items[index].name = whole
            hasChanged = true
        }
        guard hasChanged else {
            guard let (place, indices) = clashes.min(by: { $0.value[0] < $1.value[0] }) else { return items }
            throw .nameClash(
                place: output.appending(bytes: place), first: items[indices[0]].path,
                second: items[indices[indices.count - 1]].path)
        }
    }
}
