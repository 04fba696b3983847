import Foundation

/// The SHA-256 of every file below a folder, by its path there, with "/" between components.
package func digests(below folder: FilePath, under prefix: String = "") throws(FileError) -> [String: String]
{
    var digests: [String: String] = [:]
    for name in try entries(of: folder) {
        let path = folder.appending(name)
        if kind(of: path) == .folder {
            let deeper = try Files.digests(below: path, under: prefix + name.string + "/")
            digests.merge(deeper) { first, _ in first }
        } else {
            digests[prefix + name.string] = try sha256(contentsOf: path)
        }
    }
    return digests
}

/// The first thing below a folder, through all its depths, that is neither known nor litter of a file browser.
/// - Parameter isKnown: says whether a regular file is ours, by its path and its name below the folder. Folders are
///   ours where they hold something of ours.
package func firstForeign(
    in folder: FilePath, under prefix: String = "", isKnown: (FilePath, String) throws(FileError) -> Bool
) throws(FileError) -> String? {
    for component in try entries(of: folder) {
        let (path, name) = (folder.appending(component), prefix + component.string)
        switch kind(of: path) {
        case .folder:
            guard try !entries(of: path).isEmpty else { return name }
            if let item = try firstForeign(in: path, under: name + "/", isKnown: isKnown) { return item }
        case .file:
            let isOurs = try isKnown(path, name)
            guard isOurs else {
                guard try isLitter(path) else { return name }
                continue
            }
        case .other: return name
        case .missing: continue
        }
    }
    return nil
}

/// Whether a file is one that Finder, Explorer or Dolphin leaves in folders that they show.
package func isLitter(_ path: FilePath) throws(FileError) -> Bool {
    let name = path.lastComponent?.string ?? ""
    if [".DS_Store", "Thumbs.db", "desktop.ini", ".directory", ".localized"].contains(name) { return true }
    guard name.hasPrefix("._") else { return false }
    let (descriptor, _) = try openRegularFile(path)
    defer { close(descriptor) }
    var start = [UInt8](repeating: 0, count: 4)
    // AppleDouble (RFC 1740).
    return read(descriptor, &start, 4) == 4 && start == [0, 5, 0x16, 7]
}
