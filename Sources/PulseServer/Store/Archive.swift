import Clibzip
import Files
import Foundation

/// Writes a zip of the files of a job, previews left out, all or nothing. Pictures are compressed already, and stored.
func writeArchive(of folder: FilePath, to path: FilePath) throws {
    let aside = path.folder.appending("all.zip.part")
    _ = aside.withPlatformString { unlink($0) }
    var code: Int32 = 0
    guard let archive = aside.withPlatformString({ zip_open($0, ZIP_CREATE | ZIP_EXCL, &code) }) else {
        throw FileError.writing(path, code: ENOSPC)
    }
    for name in try entries(of: folder) where !name.string.hasPrefix("preview-") {
        let file = folder.appending(name)
        let source = file.withPlatformString { zip_source_file(archive, $0, 0, -1) }
        let index = source.map { zip_file_add(archive, name.string, $0, zip_flags_t(ZIP_FL_ENC_UTF_8)) } ?? -1
        guard index >= 0 else {
            zip_discard(archive)
            throw FileError.writing(path, code: EIO)
        }
        zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0)
    }
    guard zip_close(archive) == 0 else {
        zip_discard(archive)
        throw FileError.writing(path, code: ENOSPC)
    }
    guard aside.withPlatformString({ from in path.withPlatformString { rename(from, $0) == 0 } }) else {
        throw FileError.writing(path)
    }
}
