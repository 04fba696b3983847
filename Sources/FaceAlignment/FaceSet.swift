import Files
import Foundation

/// The faces of one photograph on their way to a folder: they take their places together, and those of an earlier run
/// leave them.
///
/// Where a file cannot be put in place, the earlier faces come back; a process that is killed leaves the earlier faces or,
/// after the next `Staging.sweep` of the folder, the new ones.
public final class FaceSet {
    private let files: FaceFiles
    private let photo: PhotoOrigin
    private let force: Bool
    /// The numbers of the faces that are there and will be replaced.
    public let earlier: [Int]
    /// Made with the first face.
    private var staging: Staging?
    private var indices: [Int] = []

    /// - Parameter force: whether faces of other photographs may be replaced.
    /// - Throws: `FaceFilesError` where something stands in the way.
    public init(_ files: FaceFiles, of photo: PhotoOrigin, force: Bool) throws(FaceFilesError) {
        (self.files, self.photo, self.force) = (files, photo, force)
        earlier = try files.earlier(replaceableBy: photo, force: force)
    }

    /// Writes a face where nobody sees it yet.
    public func add(_ face: AlignedFace, as index: Int) throws {
        let staging = try openedStaging()
        let png = try face.picture.pngData(provenance: nil)
        try writeFile(png, to: staging.content.appending("\(index).png"))
        try writeFile(FaceRecord(of: face, png: png).json(), to: staging.content.appending("\(index).json"))
        indices.append(index)
    }

    private func openedStaging() throws(FileError) -> Staging {
        if let staging { return staging }
        try makeFolder(files.folder)
        let opened = try Staging(in: files.folder)
        try makeFolder(opened.content)
        staging = opened
        return opened
    }

    /// Puts the faces in place, and removes earlier ones.
    /// - Returns: the pictures, in order.
    /// - Throws: `FaceFilesError` where something has come to stand in the way; the earlier faces are then still there.
    public func commit() throws(FaceFilesError) -> [FilePath] {
        guard let staging else { return [] }
        defer { staging.discard() }
        let earlier = try files.earlier(replaceableBy: photo, force: force, planned: indices)
        let moves = indices.flatMap { index in
            let (png, json) = files.paths(index)
            return [
                Staging.Move(name: "\(index).png", destination: png),
                Staging.Move(name: "\(index).json", destination: json),
            ]
        }
        let stale = Set(earlier).subtracting(indices).sorted().flatMap { index in
            [files.paths(index).png, files.paths(index).json]
        }
        do { try staging.commit(moves, removing: stale) } catch { throw .file(error) }
        return indices.map { files.paths($0).png }
    }
}
