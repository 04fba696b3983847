import Clibzip
import Foundation

/// A zip archive (a wheel, a PyTorch file): entries read into memory by exact name, nothing extracted.
///
/// Every size is checked against the file before memory is taken, so a small archive cannot claim a large
/// amount. Only stored and deflated entries are read.
public final class ZipArchive: @unchecked Sendable {
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// Size after decompression, in bytes, as the archive claims.
        public let size: Int
    }

    public let entries: [Entry]
    private let handle: OpaquePointer
    let file: String
    let fileSize: Int
    /// What the handle reads from.
    private let bytes: FileBytes
    private let indices: [String: [UInt64]]
    /// libzip's handle serves one caller at a time.
    private let lock = NSLock()

    static let entryLimit = 100_000
    /// How many times larger than its compressed form an entry may be. Deflate can reach about 1000 on
    /// constant data; network descriptions reach about 40 and weights about 1.
    static let ratioLimit = 200

    /// Reads an archive and lists it.
    /// - Throws: ``CheckpointError`` if it is not a regular file or not a readable archive.
    public convenience init(contentsOf url: URL) throws(CheckpointError) {
        try self.init(FileBytes(reading: url, limit: Checkpoint.sizeLimit))
    }

    /// Opens an archive that is in memory.
    /// - Throws: ``CheckpointError`` if it is not a readable archive.
    public init(_ bytes: FileBytes) throws(CheckpointError) {
        let file = bytes.name
        fileSize = bytes.count
        var status = zip_error_t()
        zip_error_init(&status)
        defer { zip_error_fini(&status) }
        let source = bytes.withBytes {
            zip_source_buffer_create($0.baseAddress, UInt64($0.count), 0, &status)
        }
        guard let source, let handle = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &status)
        else {
            zip_source_free(source)
            let reason = String(cString: zip_error_strerror(&status))
            let isCut = bytes.withBytes { Self.begins(Array($0.prefix(4))) && !Self.hasEnd($0) }
            throw CheckpointError(
                file: file,
                problem: isCut ? .truncatedArchive(bytes: bytes.count) : .notAnArchive(reason: reason))
        }
        self.handle = handle
        self.file = file
        self.bytes = bytes
        do {
            (entries, indices) = try Self.list(handle, file: file)
        } catch {
            zip_discard(handle)
            throw error
        }
    }

    /// Whether a file that begins with these bytes is an archive, whole or damaged.
    static func begins(_ start: [UInt8]) -> Bool {
        start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06])
    }

    /// Whether the record with which every archive ends is there, and whole.
    private static func hasEnd(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let size = 22  // and a comment of up to 65535 bytes
        for start in stride(from: bytes.count - size, through: max(bytes.count - size - 0xFFFF, 0), by: -1)
        where bytes[start] == 0x50 && bytes[start...].starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            let comment = Int(bytes[start + 20]) | Int(bytes[start + 21]) << 8
            if start + size + comment <= bytes.count { return true }
        }
        return false
    }

    deinit { zip_discard(handle) }

    private static func list(
        _ handle: OpaquePointer, file: String
    ) throws(CheckpointError) -> ([Entry], [String: [UInt64]]) {
        let count = zip_get_num_entries(handle, 0)
        guard count <= entryLimit else {
            throw CheckpointError(file: file, problem: .tooManyEntries(Int(count), limit: entryLimit))
        }
        var entries: [Entry] = []
        var indices: [String: [UInt64]] = [:]
        for index in 0..<UInt64(max(count, 0)) {
            var status = zip_stat_t()
            guard zip_stat_index(handle, index, 0, &status) == 0, let name = status.name else {
                throw CheckpointError(
                    file: file, problem: .notAnArchive(reason: "entry \(index) has no name"))
            }
            let entry = Entry(name: String(cString: name), size: Int(clamping: status.size))
            guard !leavesItsFolder(entry.name) else {
                throw CheckpointError(file: file, problem: .unsafeEntryName(entry.name))
            }
            entries.append(entry)
            indices[entry.name, default: []].append(index)
        }
        return (entries, indices)
    }

    /// The bytes of one entry.
    ///
    /// - Parameters:
    ///   - name: exact name, with its folders.
    ///   - limit: most bytes to accept.
    /// - Throws: ``CheckpointError`` if the entry is missing, ambiguous, encrypted, compressed in an
    ///   unusual way or too much, too large, or damaged.
    public func read(_ name: String, limit: Int) throws(CheckpointError) -> FileBytes {
        lock.lock()
        defer { lock.unlock() }
        guard let found = indices[name] else { throw error(.missingEntry(name)) }
        guard found.count == 1 else { throw error(.duplicateEntry(name)) }
        let size = try checkedSize(of: name, at: found[0], limit: limit)
        guard let stream = zip_fopen_index(handle, found[0], 0) else {
            throw error(.corruptEntry(name, reason: String(cString: zip_strerror(handle))))
        }
        defer { zip_fclose(stream) }
        let bytes = try fill(size, from: stream, of: name)
        // One read past the end: it must find nothing, and libzip verifies the checksum there.
        var surplus: UInt8 = 0
        let got = zip_fread(stream, &surplus, 1)
        guard got == 0 else {
            let reason = got > 0 ? "it is longer than it claims" : String(cString: zip_file_strerror(stream))
            throw error(.corruptEntry(name, reason: reason))
        }
        return bytes
    }

    /// Some bytes of an entry that is not compressed; the whole of it is verified, a part is not.
    ///
    /// - Throws: ``CheckpointError`` as ``read(_:limit:)`` does, or if the entry is compressed or shorter.
    func readStored(_ name: String, range: Range<Int>) throws(CheckpointError) -> FileBytes {
        let size = try storedSize(of: name)
        guard range.upperBound <= size else {
            throw error(.corruptEntry(name, reason: "it is shorter than it claims"))
        }
        if range == 0..<size { return try read(name, limit: size) }
        lock.lock()
        defer { lock.unlock() }
        guard let index = indices[name]?.first, let stream = zip_fopen_index(handle, index, 0) else {
            throw error(.corruptEntry(name, reason: String(cString: zip_strerror(handle))))
        }
        defer { zip_fclose(stream) }
        guard zip_fseek(stream, Int64(range.lowerBound), SEEK_SET) == 0 else {
            throw error(.corruptEntry(name, reason: String(cString: zip_file_strerror(stream))))
        }
        return try fill(range.count, from: stream, of: name)
    }

    /// Size of an entry that is not compressed, which the archive therefore must hold.
    /// - Throws: ``CheckpointError`` if it is missing, ambiguous, encrypted or compressed.
    func storedSize(of name: String) throws(CheckpointError) -> Int {
        lock.lock()
        defer { lock.unlock() }
        guard let found = indices[name] else { throw error(.missingEntry(name)) }
        guard found.count == 1 else { throw error(.duplicateEntry(name)) }
        let size = try checkedSize(of: name, at: found[0], limit: fileSize)
        var status = zip_stat_t()
        guard zip_stat_index(handle, found[0], 0, &status) == 0, status.comp_size == status.size,
            Int32(status.comp_method) == ZIP_CM_STORE
        else {
            throw error(.unsupportedCompression(entry: name, method: Int(status.comp_method)))
        }
        return size
    }

    private func fill(
        _ size: Int, from stream: OpaquePointer, of name: String
    ) throws(CheckpointError) -> FileBytes {
        try FileBytes(count: size, name: "\(file)/\(name)") { target throws(CheckpointError) in
            var filled = 0
            while filled < size, let start = target.baseAddress {
                let got = zip_fread(stream, start + filled, UInt64(min(size - filled, 1 << 20)))
                guard got > 0 else {
                    let reason = got == 0 ? "it ends early" : String(cString: zip_file_strerror(stream))
                    throw error(.corruptEntry(name, reason: reason))
                }
                filled += Int(got)
            }
        }
    }

    private func checkedSize(of name: String, at index: UInt64, limit: Int) throws(CheckpointError) -> Int {
        var status = zip_stat_t()
        let wanted = UInt64(ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
        guard zip_stat_index(handle, index, 0, &status) == 0, status.valid & wanted == wanted else {
            throw error(.corruptEntry(name, reason: "its size is not recorded"))
        }
        guard status.encryption_method == UInt16(ZIP_EM_NONE) else { throw error(.encryptedEntry(name)) }
        guard [ZIP_CM_STORE, ZIP_CM_DEFLATE].contains(Int32(status.comp_method)) else {
            throw error(.unsupportedCompression(entry: name, method: Int(status.comp_method)))
        }
        guard status.size <= UInt64(limit) else {
            throw error(.tooLarge(bytes: Int(clamping: status.size), limit: limit))
        }
        guard status.comp_size <= UInt64(fileSize) else {
            throw error(.corruptEntry(name, reason: "it claims to be larger than the archive"))
        }
        let ratio = status.size / max(status.comp_size, 1)
        guard ratio <= Self.ratioLimit else {
            throw error(.compressionRatio(entry: name, ratio: Int(clamping: ratio), limit: Self.ratioLimit))
        }
        return Int(status.size)
    }

    private func error(_ problem: CheckpointError.Problem) -> CheckpointError {
        CheckpointError(file: file, problem: problem)
    }
}

/// Whether an entry of that name would be unpacked to a place outside its folder. Nothing is ever unpacked
/// here; a name like that has no honest purpose.
private func leavesItsFolder(_ name: String) -> Bool {
    name.hasPrefix("/") || name.contains("\\") || name.split(separator: "/").contains("..")
}
