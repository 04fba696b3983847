import Files

/// Why faces cannot be written where they should go.
public enum FaceFilesError: Error, Equatable, Sendable {
    /// Files that this program did not write, or that were changed since, have names of faces.
    case foreign([FilePath])
    /// There are faces of another photograph, and nobody said that they may go.
    case otherPhoto(FilePath, photo: String)
    case file(FileError)
}

/// The files of one photograph's faces in a folder: NAME_0.png with NAME_0.json, NAME_1.png with NAME_1.json, …
///
/// Files are ours where the JSON file is a `FaceRecord` that nobody changed, and the PNG file the one that it was
/// written with. Whatever else has such a name is the user's.
public struct FaceFiles: Equatable, Sendable {
    public let folder: FilePath
    /// As a rule the photograph's name without its ending, in bytes.
    private let name: [UInt8]

    public init(of photo: FilePath, in folder: FilePath) { self.init(called: photo.stemBytes, in: folder) }

    /// - Parameter name: what stands before the number in the files' names, in bytes.
    public init(called name: [UInt8], in folder: FilePath) { (self.folder, self.name) = (folder, name) }

    /// The PNG file and the JSON file of a face.
    public func paths(_ index: Int) -> (png: FilePath, json: FilePath) {
        let stem = name + Array("_\(index)".utf8)
        return (
            folder.appending(bytes: stem + Array(".png".utf8)),
            folder.appending(bytes: stem + Array(".json".utf8))
        )
    }

    /// Whether a file of this name would be replaced by one of the faces, or removed with earlier ones.
    public func claims(_ component: [UInt8]) -> Bool { index(of: component) != nil }

    /// The number of the face that a file name stands for.
    private func index(of component: [UInt8]) -> Int? {
        let start = name + [UInt8(ascii: "_")]
        guard component.starts(with: start) else { return nil }
        let parts = component.dropFirst(start.count).split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["png", "json"].contains(where: { parts[1].elementsEqual($0.utf8) }),
            let index = Int(String(decoding: parts[0], as: UTF8.self)), (0..<mostFaces).contains(index),
            parts[0].elementsEqual("\(index)".utf8)
        else { return nil }
        return index
    }

    /// The faces that are there, all of them ours and replaceable.
    /// - Parameters:
    ///   - photo: of what the new faces are.
    ///   - force: whether faces of other photographs may be replaced.
    ///   - planned: numbers of the new faces, whose names the file system may hold for those of others.
    /// - Throws: `FaceFilesError`.
    public func earlier(
        replaceableBy photo: PhotoOrigin, force: Bool, planned: [Int] = []
    ) throws(FaceFilesError) -> [Int] {
        var names: [FilePath.Component] = []
        do {
            names = try entries(of: folder)
        } catch {
            guard error.problem == .missing else { throw .file(error) }
        }
        let taken = planned.filter { index in
            let (png, json) = paths(index)
            return kind(of: png) != .missing || kind(of: json) != .missing
        }
        let indices = Set(names.compactMap { index(of: folder.appending($0).lastComponentBytes) } + taken)
            .sorted()
        let records = try indices.map { index throws(FaceFilesError) in try record(index) }
        for (index, record) in zip(indices, records) where !force && record.photo.sha256 != photo.sha256 {
            throw .otherPhoto(paths(index).png, photo: record.photo.file)
        }
        return indices
    }

    /// The record of a face that is there and ours. Its picture may have been removed.
    private func record(_ index: Int) throws(FaceFilesError) -> FaceRecord {
        let (png, json) = paths(index)
        let isThere = kind(of: png) != .missing
        guard kind(of: json) == .file, let record = FaceRecord(intactFileAt: json),
            !isThere || kind(of: png) == .file && (try? sha256(contentsOf: png)) == record.picture
        else { throw .foreign([png, json].filter { kind(of: $0) != .missing }) }
        return record
    }
}
