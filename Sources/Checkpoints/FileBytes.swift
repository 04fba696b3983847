import Files
import Foundation

/// The bytes of a regular file, read-only: mapped into memory, or read into memory of our own.
///
/// Map files that nobody else writes (the model store); read files of unknown origin, because a mapped file
/// that another program shortens takes the process down.
public final class FileBytes: @unchecked Sendable {
    public let name: String
    private let buffer: UnsafeRawBufferPointer
    private let isMapped: Bool

    public var count: Int { buffer.count }

    /// Maps a file.
    /// - Throws: ``CheckpointError`` if it is not a regular file or cannot be mapped.
    public init(mapping path: FilePath) throws(CheckpointError) {
        name = path.string
        let (descriptor, size) = try Self.open(path)
        defer { close(descriptor) }
        isMapped = size > 0
        guard size > 0 else {
            buffer = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw CheckpointError(file: path.string, problem: .unreadable(reason: systemMessage()))
        }
        buffer = UnsafeRawBufferPointer(start: start, count: size)
    }

    /// Reads a whole file.
    /// - Throws: ``CheckpointError`` if it is not a regular file, larger than `limit` bytes, or unreadable.
    public init(reading path: FilePath, limit: Int) throws(CheckpointError) {
        name = path.string
        isMapped = false
        let (descriptor, size) = try Self.open(path)
        defer { close(descriptor) }
        guard size <= limit else {
            throw CheckpointError(file: path.string, problem: .tooLarge(bytes: size, limit: limit))
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        buffer = UnsafeRawBufferPointer(memory)
        var filled = 0
        while filled < size {
            let got = read(descriptor, memory.baseAddress.map { $0 + filled }, size - filled)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw CheckpointError(file: path.string, problem: .unreadable(reason: systemMessage()))
            }
            guard got > 0 else {
                throw CheckpointError(
                    file: path.string, problem: .truncated(needed: size, available: filled))
            }
            filled += got
        }
    }

    /// Maps a file; see ``init(mapping:)`` for a path.
    public convenience init(mapping url: URL) throws(CheckpointError) {
        try self.init(mapping: FilePath(url))
    }

    /// Reads a whole file; see ``init(reading:limit:)`` for a path.
    public convenience init(reading url: URL, limit: Int) throws(CheckpointError) {
        try self.init(reading: FilePath(url), limit: limit)
    }

    /// Bytes that are in memory already, for example an entry of an archive.
    public init(_ bytes: [UInt8], name: String) {
        self.name = name
        isMapped = false
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        buffer = UnsafeRawBufferPointer(memory)
    }

    /// Memory of that size, filled by `body`.
    init(
        count: Int, name: String,
        filledBy body: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        self.name = name
        isMapped = false
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        buffer = UnsafeRawBufferPointer(memory)
        try body(memory)
    }

    deinit {
        guard isMapped else { return buffer.deallocate() }
        munmap(UnsafeMutableRawPointer(mutating: buffer.baseAddress), buffer.count)
    }

    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        defer { withExtendedLifetime(self) {} }
        return try body(buffer)
    }

    /// Gives the memory of a mapped file back to the system, which reads it again when it is wanted.
    func releasePages() { releasePages(0..<count) }

    /// The same for some bytes of it; the range begins at a multiple of the page size.
    func releasePages(_ range: Range<Int>) {
        guard isMapped, let start = buffer.baseAddress else { return }
        madvise(UnsafeMutableRawPointer(mutating: start + range.lowerBound), range.count, MADV_DONTNEED)
    }

    /// Opens a regular file without waiting, which a pipe must not make us do.
    private static func open(_ path: FilePath) throws(CheckpointError) -> (descriptor: Int32, size: Int) {
        do {
            return try openRegularFile(path)
        } catch {
            let problem: CheckpointError.Problem =
                switch error.problem {
                case .unreadable(let code): .unreadable(reason: systemMessage(code))
                case .missing: .unreadable(reason: systemMessage(ENOENT))
                default: .notARegularFile
                }
            throw CheckpointError(file: path.string, problem: problem)
        }
    }
}

/// The system's own words for the latest failed call.
func systemMessage() -> String { String(cString: strerror(errno)) }
