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

    struct Move: Codable {
        /// Below the hidden folder.
        var from: String
        /// The path of the destination, in bytes.
        private var to: Data
        /// What was there when this was written, which alone may be replaced.
        private var earlier: Fingerprint?

        init(from: String, to: FilePath) {
            self.from = from
            self.to = Data(to.bytes)
            earlier = Fingerprint(of: to)
        }

        var destination: FilePath { FilePath(bytes: to) }

        /// Whether nothing is at the destination but what was to be replaced.
        var isFree: Bool { kind(of: destination) == .missing || Fingerprint(of: destination) == earlier }
    }

    struct Removal: Codable {
        private var bytes: Data
        private var earlier: Fingerprint?

        init(path: FilePath) {
            bytes = Data(path.bytes)
            earlier = Fingerprint(of: path)
        }

        var path: FilePath { FilePath(bytes: bytes) }
        var isUnchanged: Bool { Fingerprint(of: path) == earlier }
    }

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

    /// Puts in place what is not there yet. What somebody else has put at a destination since stays.
    func carryOut(in place: FilePath) throws(FileError) {
        for move in moves {
            let source = place.appending(move.from)
            guard kind(of: source) != .missing, move.isFree else { continue }
            if kind(of: source) == .folder, kind(of: move.destination) == .folder {
                guard
                    exchange(source, move.destination)
                        || rename(move.destination, to: place.appending("replaced"))
                            && rename(source, to: move.destination)
                else { throw .writing(move.destination) }
            } else {
                guard rename(source, to: move.destination) else { throw .writing(move.destination) }
            }
        }
        for removal in removals where removal.isUnchanged { try removeTree(removal.path) }
    }
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
