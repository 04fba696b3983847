import Files
import Foundation
import Generators

extension ModelStore {
    /// Finds out whether a model of that size can be written, before the work that it takes: makes the folder,
    /// writes into it, and asks for room.
    /// - Returns: the folders that were made, the outermost first.
    /// - Throws: ``ModelError/storeUnwritable(folder:_:)``; what was made is removed again.
    func prepareFolder(for bytes: Int) throws(ModelError) -> [URL] {
        let made = try makeFolder()
        do throws(ModelError) {
            try tryWriting()
            try checkRoom(for: bytes)
        } catch {
            Self.remove(made)
            throw error
        }
        return made
    }

    /// Makes the folder and those above it that are not there.
    /// - Returns: those that were made, the outermost first.
    @discardableResult
    func makeFolder() throws(ModelError) -> [URL] {
        var (absent, place): ([URL], URL) = ([], folder.standardizedFileURL)
        var status = stat()
        while stat(place.path, &status) != 0, errno == ENOENT, place.path != "/" {
            absent.append(place)
            place = place.deletingLastPathComponent()
        }
        var made: [URL] = []
        for url in absent.reversed() {
            if mkdir(url.path, 0o777) == 0 {
                made.append(url)
            } else if errno != EEXIST {
                let error = unwritable(.file(.unwritable(code: errno)))
                Self.remove(made)
                throw error
            }
        }
        guard stat(folder.path, &status) == 0 else { throw unwritable(.file(.unwritable(code: errno))) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw unwritable(.notAFolder) }
        return made
    }

    /// Removes folders that were made for nothing; one that somebody uses meanwhile stays.
    static func remove(_ made: [URL]) {
        for url in made.reversed() { rmdir(url.path) }
    }

    private func tryWriting() throws(ModelError) {
        do throws(FileError) {
            let staging = try Staging(in: FilePath(folder))
            defer { staging.discard() }
            try writeFile([UInt8](repeating: 0, count: 4096), to: staging.content)
        } catch {
            throw unwritable(.file(error.problem))
        }
    }

    private func checkRoom(for bytes: Int) throws(ModelError) {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { return }
        let (room, overflow) = Int(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        guard !overflow, room < bytes else { return }
        throw unwritable(.noRoom(needed: bytes, free: room))
    }

    private func unwritable(_ fault: StoreFault) -> ModelError {
        .storeUnwritable(folder: folder.path, fault)
    }
}
