import Clibzip
import Foundation

/// A zip archive (a wheel, a PyTorch file): entries read into memory by exact name, nothing extracted.
///
/// Every size is checked against the file before memory is taken, so a small archive cannot claim a large
/// amount. Only stored and deflated entries are read.
public final class ZipArchive {
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// Size after decompression, in bytes, as the archive claims.
        public let size: Int
    }

    public let entries: [Entry]
    private let handle: OpaquePointer
    private let file: String
    private let fileSize: Int
    private let indices: [String: [UInt64]]

    static let entryLimit = 100_000
    /// How many times larger than its compressed form an entry may be. Deflate can reach about 1000 on
    /// constant data; network descriptions reach about 40 and weights about 1.
    static let ratioLimit = 200

    /// Opens an archive and lists it.
    /// - Throws: ``CheckpointError`` if it is not a regular file or not a readable archive.
    public init(contentsOf url: URL) throws(CheckpointError) {
        let file = url.relativePath
        fileSize = try FileBytes(mapping: url).count  // refuses pipes, devices and folders
        var code: Int32 = 0
        guard let handle = zip_open(url.path, ZIP_RDONLY | ZIP_CHECKCONS, &code) else {
            var error = zip_error_t()
            zip_error_init_with_code(&error, code)
            defer { zip_error_fini(&error) }
            throw CheckpointError(
                file: file, problem: .notAnArchive(reason: String(cString: zip_error_strerror(&error))))
        }
        do {
            (entries, indices) = try Self.list(handle, file: file)
        } catch {
            zip_discard(handle)
            throw error
        }
        self.handle = handle
        self.file = file
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
        guard let found = indices[name] else { throw error(.missingEntry(name)) }
        guard found.count == 1 else { throw error(.duplicateEntry(name)) }
        let size = try checkedSize(of: name, at: found[0], limit: limit)
        guard let stream = zip_fopen_index(handle, found[0], 0) else {
            throw error(.corruptEntry(name, reason: String(cString: zip_strerror(handle))))
        }
        defer { zip_fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let got = bytes.withUnsafeMutableBytes { buffer -> zip_int64_t in
                // Newer versions of libzip declare that the address is never null.
                guard let start = buffer.baseAddress else { return 0 }
                return zip_fread(stream, start + filled, UInt64(min(size - filled, 1 << 20)))
            }
            guard got > 0 else {
                let reason = got == 0 ? "it ends early" : String(cString: zip_file_strerror(stream))
                throw error(.corruptEntry(name, reason: reason))
            }
            filled += Int(got)
        }
        // One read past the end: it must find nothing, and libzip verifies the checksum there.
        var surplus: UInt8 = 0
        let got = zip_fread(stream, &surplus, 1)
        guard got == 0 else {
            let reason = got > 0 ? "it is longer than it claims" : String(cString: zip_file_strerror(stream))
            throw error(.corruptEntry(name, reason: reason))
        }
        return FileBytes(bytes, name: "\(file)/\(name)")
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
