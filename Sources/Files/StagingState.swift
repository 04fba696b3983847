import CFiles
import Foundation

/// What the file `state` of a hidden folder says: that it is one of ours, and what is to be done with its content.
struct StagingState: Codable {
    static let name = "state"

    private var format = "pulse-staging"
    /// What is being put in place; empty while the content is being made.
    var moves: [Move]
    /// What is being removed.
    var removals: [Removal] = []

    /// Of a hidden folder whose content is being made, or is to be given up.
    static let idle = StagingState(moves: [])

    init(moves: [Move], removals: [Removal] = []) {
        self.moves = moves
        self.removals = removals
    }

    /// Reads a state; nil for anything else, and for one that is not complete.
    init?(contentsOf path: FilePath) {
        guard let bytes = try? readFile(path, limit: 1 << 26),
            let state = try? JSONDecoder().decode(StagingState.self, from: Data(bytes)),
            state.format == "pulse-staging"
        else { return nil }
        self = state
    }

    var json: Data { (try? JSONEncoder().encode(self)) ?? Data() }

    /// Writes it over an earlier one and flushes it to disk. It never gets shorter, so that no kill finds half of it.
    /// - Returns: whether that succeeded; if not, `errno` says why.
    func write(to descriptor: Int32) -> Bool {
        let earlier = lseek(descriptor, 0, SEEK_END)
        guard earlier >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else { return false }
        var data = json
        data.append(Data(repeating: UInt8(ascii: " "), count: max(0, Int(earlier) - data.count)))
        return data.withUnsafeBytes { writeAll($0, to: descriptor) } && fsync(descriptor) == 0
    }

    /// Puts in place what is not there yet, then removes what is to go, whose files wait in the hidden folder until
    /// all is done. What somebody else has put at a destination since stays.
    func carryOut(in place: FilePath) throws(FileError) {
        for (index, move) in moves.enumerated() { try move.carryOut(in: place, as: index) }
        for (index, removal) in removals.enumerated() { try removal.carryOut(in: place, as: index) }
    }

    /// Takes back whatever `carryOut` has done, in this process or in one that was killed.
    /// - Returns: whether all is as it was before.
    func takeBack(in place: FilePath) -> Bool {
        var isDone = true
        for (index, removal) in removals.enumerated() {
            isDone = removal.takeBack(in: place, as: index) && isDone
        }
        for (index, move) in moves.enumerated() { isDone = move.takeBack(in: place, as: index) && isDone }
        return isDone
    }
}

// MARK: - Moves

extension StagingState {
    struct Move: Codable {
        /// Below the hidden folder.
        private var from: String
        /// The name of the destination beside the hidden folder, in bytes.
        private var to: Data
        /// What was there when this was written, which alone may be replaced.
        private var earlier: Fingerprint?
        /// What is put there, which alone may be taken back; nil where that is not known.
        private var new: Fingerprint?

        /// - Parameter place: the hidden folder, if what is put in place is there already.
        init(from: String, to: FilePath, in place: FilePath? = nil) {
            self.from = from
            self.to = Data(to.lastComponentBytes)
            earlier = Fingerprint(of: to)
            new = place.flatMap { Fingerprint(of: $0.appending(from)) }
        }

        func carryOut(in place: FilePath, as index: Int) throws(FileError) {
            let (source, destination) = (place.appending(from), sibling(of: place, to))
            let isFree = kind(of: destination) == .missing || Fingerprint(of: destination) == earlier
            guard kind(of: source) != .missing, !isReplaced(source), isFree else { return }
            if kind(of: destination) == .missing {
                guard rename(source, to: destination) else { throw .writing(destination) }
                return
            }
            switch (kind(of: source) == .folder, kind(of: destination) == .folder) {
            case (false, true): throw .writing(destination, code: EISDIR)
            case (true, false): throw .writing(destination, code: ENOTDIR)
            default: break
            }
            guard
                exchange(source, destination)
                    || rename(destination, to: kept(place, index)) && rename(source, to: destination)
            else { throw .writing(destination) }
        }

        func takeBack(in place: FilePath, as index: Int) -> Bool {
            let (source, destination) = (place.appending(from), sibling(of: place, to))
            let there = Fingerprint(of: destination)
            let isOurs = there != earlier && (new == nil || there == new)
            if isReplaced(source) {
                if kind(of: destination) == .missing { return rename(source, to: destination) }
                return !isOurs || exchange(source, destination)
            }
            if kind(of: source) == .missing, kind(of: destination) != .missing, isOurs {
                guard rename(destination, to: source) else { return false }
            }
            let kept = kept(place, index)
            guard kind(of: kept) != .missing, kind(of: destination) == .missing else { return true }
            return rename(kept, to: destination)
        }

        /// Whether this is what was at the destination, which an exchange has brought here.
        private func isReplaced(_ source: FilePath) -> Bool {
            earlier.map { Fingerprint(of: source) == $0 } ?? false
        }

        /// Where what is replaced waits if the system cannot exchange.
        private func kept(_ place: FilePath, _ index: Int) -> FilePath {
            place.appending("replaced-\(index)")
        }
    }

    struct Removal: Codable {
        /// The name beside the hidden folder.
        private var bytes: Data
        private var earlier: Fingerprint?

        init(path: FilePath) {
            bytes = Data(path.lastComponentBytes)
            earlier = Fingerprint(of: path)
        }

        func carryOut(in place: FilePath, as index: Int) throws(FileError) {
            let path = sibling(of: place, bytes)
            guard let earlier, Fingerprint(of: path) == earlier else { return }
            guard rename(path, to: removed(place, index)) else { throw .writing(path) }
        }

        func takeBack(in place: FilePath, as index: Int) -> Bool {
            let path = sibling(of: place, bytes)
            let removed = removed(place, index)
            guard kind(of: removed) != .missing, kind(of: path) == .missing else { return true }
            return rename(removed, to: path)
        }

        private func removed(_ place: FilePath, _ index: Int) -> FilePath {
            place.appending("removed-\(index)")
        }
    }
}

/// What has a name beside the hidden folder, wherever that is by now.
private func sibling(of place: FilePath, _ name: Data) -> FilePath {
    place.folder.appending(bytes: Array(name))
}

/// By what a file or folder is known again: its number in the file system and its time of change.
private struct Fingerprint: Codable, Equatable {
    var inode: UInt64
    var device: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init?(of path: FilePath) {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return nil }
        #if os(macOS)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        inode = UInt64(status.st_ino)
        device = UInt64(bitPattern: Int64(status.st_dev))
        size = Int64(status.st_size)
        (seconds, nanoseconds) = (Int64(time.tv_sec), Int64(time.tv_nsec))
    }
}

/// Exchanges two files or folders in one step; false where the system cannot.
func exchange(_ one: FilePath, _ other: FilePath) -> Bool {
    one.withPlatformString { one in other.withPlatformString { cfiles_exchange(one, $0) == 0 } }
}

/// Flushes a folder's names to disk; not every file system can, and none need fail for it.
func synchronise(_ folder: FilePath) {
    let descriptor = folder.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}
