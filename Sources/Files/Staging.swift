import Foundation

/// A hidden folder beside a destination, in which something is made before it gets its name.
///
/// While it exists it holds a locked file `state`. A process that is killed leaves it behind; the next one that
/// works in the same folder finds it unlocked and removes it, or, where its content was on the way to its place
/// already, finishes that or takes it back (`sweep`). A hidden folder without a valid `state` is nobody's business.
package final class Staging: @unchecked Sendable {
    /// The folder that the destination is in.
    package let parent: FilePath
    private let place: FilePath
    private let descriptor: Int32
    /// Held while the content is put in place or removed, which a signal's thread may want at the same time.
    private let lock = NSLock()

    /// Where the file or the folder is made; there is nothing there at first.
    package var content: FilePath { place.appending("content") }

    /// Makes the hidden folder.
    package init(in parent: FilePath) throws(FileError) {
        self.parent = parent
        let number = String(UInt64.random(in: 0 ... .max), radix: 36)
        let name = StagingName.prefix + String(repeating: "0", count: 13 - number.count) + number
        place = parent.appending(name + StagingName.suffix)
        guard place.withPlatformString({ mkdir($0, 0o777) }) == 0 else { throw .writing(parent) }
        let state = place.appending(StagingState.name)
        descriptor = state.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
        guard descriptor >= 0 else {
            let error = FileError.writing(parent)
            _ = place.withPlatformString { rmdir($0) }
            throw error
        }
        flock(descriptor, LOCK_EX | LOCK_NB)
        LiveStagings.shared.add(self)
        do {
            try write(.idle)
        } catch {
            discard()
            throw error
        }
    }

    deinit { discard() }

    /// Replaces what is at `destination` by the content in one step, and removes what was there.
    ///
    /// Files replace files, and folders replace folders; a folder that the system cannot exchange in one step is
    /// moved with a note in `state`, so that a kill in between is made good by the next `sweep`.
    /// - Parameter destination: in `parent`.
    package func commit(as destination: FilePath) throws(FileError) {
        lock.lock()
        defer { lock.unlock() }
        if rename(content, to: destination) { return finish() }
        let code = errno
        guard [EEXIST, ENOTEMPTY, EISDIR, ENOTDIR].contains(code), kind(of: destination) == kind(of: content)
        else {
            throw .writing(destination, code: code)
        }
        if exchange(content, destination) { return finish() }
        try carryOut(StagingState(moves: [.init(from: "content", to: destination, in: place)]))
    }

    /// One file that `commit(_:removing:)` puts in place.
    package struct Move: Sendable {
        /// Below `content`.
        package var name: String
        /// In `parent`.
        package var destination: FilePath

        package init(name: String, destination: FilePath) {
            self.name = name
            self.destination = destination
        }
    }

    /// Puts several files in place and removes others: all of it or, where the system refuses a part, nothing.
    ///
    /// A process that is killed on the way leaves the rest to the next `sweep`, which ends in one of the two as well.
    /// - Parameters:
    ///   - moves: files below `content`, which is a folder then.
    ///   - stale: files in `parent` that belong to what is replaced.
    package func commit(_ moves: [Move], removing stale: [FilePath]) throws(FileError) {
        lock.lock()
        defer { lock.unlock() }
        try carryOut(
            StagingState(
                moves: moves.map { .init(from: "content/" + $0.name, to: $0.destination, in: place) },
                removals: stale.map { .init(path: $0) }))
    }

    private func carryOut(_ state: StagingState) throws(FileError) {
        try write(state)
        do {
            try state.carryOut(in: place)
        } catch {
            // What could not be put back is still in the hidden folder, for a sweep that can.
            if !state.takeBack(in: place) || !StagingState.idle.write(to: descriptor) { abandon() }
            throw error
        }
        finish()
    }

    /// Removes the hidden folder with what is in it, if it is still there.
    package func discard() { lock.withLock { remove() } }

    private func finish() {
        synchronise(parent)
        remove()
    }

    private func remove() {
        guard LiveStagings.shared.remove(self) else { return }
        removeTreeForSure(place)
        close(descriptor)
    }

    /// Leaves the hidden folder as a process that is killed does.
    private func abandon() {
        guard LiveStagings.shared.remove(self) else { return }
        close(descriptor)
    }

    private func write(_ state: StagingState) throws(FileError) {
        guard state.write(to: descriptor) else { throw .writing(parent) }
    }
}

// MARK: - Leftovers

extension Staging {
    /// Clears a folder of what killed processes left in it; what is locked is being worked on and stays.
    package static func sweep(_ folder: FilePath) {
        guard let names = try? entries(of: folder) else { return }
        for name in names where StagingName.matches(name.string) {
            let place = folder.appending(name)
            guard kind(of: place) == .folder else { continue }
            let path = place.appending(StagingState.name)
            let descriptor = path.withPlatformString { open($0, O_RDWR | O_CLOEXEC | O_NOFOLLOW) }
            guard descriptor >= 0 else {
                _ = place.withPlatformString { rmdir($0) }  // succeeds only where nothing is in it
                continue
            }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, let state = StagingState(contentsOf: path) else {
                continue
            }
            if (try? state.carryOut(in: place)) == nil {
                guard state.takeBack(in: place), StagingState.idle.write(to: descriptor) else { continue }
            }
            removeTreeForSure(place)
        }
    }

    /// Removes every hidden folder of this process: for the moment before it ends.
    package static func discardAll() {
        for staging in LiveStagings.shared.all() { staging.discard() }
    }
}

private enum StagingName {
    static let prefix = ".pulse-"
    static let suffix = ".part"

    static func matches(_ name: String) -> Bool {
        name.utf8.count == 25 && name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }
}

/// Which hidden folders this process has, so that they can be removed before it ends at once.
private final class LiveStagings: @unchecked Sendable {
    static let shared = LiveStagings()
    private let lock = NSLock()
    private var live: [ObjectIdentifier: Weak] = [:]

    private struct Weak { weak var staging: Staging? }

    func add(_ staging: Staging) {
        lock.withLock { live[ObjectIdentifier(staging)] = Weak(staging: staging) }
    }

    /// - Returns: whether it was there.
    func remove(_ staging: Staging) -> Bool {
        lock.withLock { live.removeValue(forKey: ObjectIdentifier(staging)) != nil }
    }

    func all() -> [Staging] { lock.withLock { live.values.compactMap(\.staging) } }
}

/// A file that is being written on another thread may appear while its folder is emptied: try again.
private func removeTreeForSure(_ path: FilePath) {
    for _ in 0..<3 where kind(of: path) != .missing { try? removeTree(path) }
}

/// Whether the file or folder has its new name.
func rename(_ path: FilePath, to other: FilePath) -> Bool {
    path.withPlatformString { from in other.withPlatformString { Foundation.rename(from, $0) == 0 } }
}
