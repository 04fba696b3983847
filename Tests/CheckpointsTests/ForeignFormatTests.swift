import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Files that people give to an import and that hold no weights: each is called by what it is.
@Suite struct ForeignFormatTests {
    struct Example: Sendable, CustomStringConvertible {
        let description: String
        let bytes: [UInt8]
        let format: ForeignFormat

        init(_ description: String, _ bytes: [UInt8], _ format: ForeignFormat) {
            (self.description, self.bytes, self.format) = (description, bytes, format)
        }

        init(_ description: String, _ text: String, _ format: ForeignFormat) {
            self.init(description, Array(text.utf8), format)
        }
    }

    static let pages = [
        "<!DOCTYPE html><html><body>Virus scan warning</body></html>", "\n\n  <!doctype HTML>\n<html>",
        "<html><head>", "<HTML>", "<script>location='x'</script>",
        "<!-- saved from url=(0014)about: --><html>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0\" \"x\"><html/>",
        "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">",
        "HTTP/1.1 200 OK\r\n\r\n<html>",
        "<meta charset=\"utf-8\"><title>Sign in</title>", "\u{FEFF}<!DOCTYPE html>",
    ]

    static let examples =
        pages.map { Example("web page \($0.prefix(30))", $0, .webPage) } + [
            Example(
                "web page in UTF-16",
                [0xFF, 0xFE] + "<!DOCTYPE html>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
                .webPage),
            Example(
                "web page in Latin-1", Array("<html><p>caf".utf8) + [0xE9] + Array("</p></html>".utf8),
                .webPage),
            Example("error", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", .serverError),
            Example("XML", "<svg xmlns=\"x\"></svg>", .xml(root: "svg")),
            Example(
                "Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 123456\n",
                .gitLFSPointer(bytes: 123456)),
            Example("git-annex", "/annex/objects/SHA256E-s12--ab.pt\n", .gitAnnexPointer),
            Example("MHTML", "From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n", .webArchive),
            Example("nothing", "", .empty), Example("zeros", [UInt8](repeating: 0, count: 5000), .zeros),
            Example("gzip", [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6], .compressed(by: "gzip")),
            Example("bzip2", "BZh91AY&SY", .compressed(by: "bzip2")),
            Example("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4, 1, 2], .compressed(by: "xz")),
            Example("zstd", [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3, 4, 5, 6], .compressed(by: "zstd")),
            Example(
                "tar", Array("a.pt".utf8) + [UInt8](repeating: 0, count: 253) + Array("ustar\0".utf8), .tar),
            Example("7-Zip", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4], .archive(kind: "7-Zip")),
            Example("RAR", Array("Rar!".utf8) + [0x1A, 7, 1, 0], .archive(kind: "RAR")),
            Example("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], .hdf5),
            Example("GGUF", Array("GGUF".utf8) + [3, 0, 0, 0, 1, 0, 0, 0], .gguf),
            Example(
                "ONNX", [0x08, 0x07, 0x12, 0x07] + Array("pytorch".utf8) + [0x3A, 0x80, 0x01, 0x0A, 0x10],
                .onnx),
            Example(
                "ONNX without names", [0x08, 0x08, 0x3A, 0x02, 0x0A, 0x00, 0x42, 0x02, 0x10, 0x11], .onnx),
            Example(
                "SavedModel", [0x08, 0x01, 0x12, 0x90, 0x01, 0x0A, 0x05, 0x12, 0x01], .tensorFlowSavedModel),
            Example("TensorFlow Lite", [0x1C, 0, 0, 0] + Array("TFL3".utf8) + [0, 0], .tensorFlowLite),
            Example("NumPy", [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0], .numPy),
            Example("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], .picture(kind: "PNG")),
            Example("JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46], .picture(kind: "JPEG")),
            Example("WebP", Array("RIFF".utf8) + [1, 0, 0, 0] + Array("WEBP".utf8), .picture(kind: "WebP")),
            Example("HEIC", [0, 0, 0, 24] + Array("ftypheic".utf8), .picture(kind: "HEIC or AVIF")),
            Example("PDF", "%PDF-1.7\n", .document(kind: "PDF")),
            Example("JSON", "{\"model_type\": \"stylegan\"}", .json), Example("list", "[1, 2]", .json),
            Example("text", "Entry not found", .text(start: "Entry not found")),
            Example("text like a pickle", "cannot be found\n", .text(start: "cannot be found")),
            Example("code", "import torch\nprint(1)\n", .text(start: "import torch")),
            Example("ELF", [0x7F] + Array("ELF".utf8) + [2, 1, 1, 0, 0, 0], .program),
            Example("SQLite", "SQLite format 3\0", .database),
            Example("binary list", "bplist00", .propertyList),
            Example("AppleDouble", [0, 5, 0x16, 7, 0, 2, 0, 0, 1, 2], .appleDouble),
            Example("shortcut", [0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0], .shortcut),
        ]

    @Test(arguments: examples) func saysWhatAFileIs(_ example: Example) {
        let file = FileBytes(example.bytes, name: "weights.pt")
        let error = problem { try Checkpoint(file) }
        #expect(error == .foreign(example.format))
    }

    /// What is read here is not taken for anything else.
    @Test func filesOfWeightsAreNotForeign() throws {
        for name in CheckpointFixture.names {
            // Only pickles of protocol 0 look like text, and those are tried as pickles first.
            #expect(ForeignFormat(FileBytes(try CheckpointFixture.bytes(name), name: name)) == nil, "\(name)")
        }
        let graph = Array("<?xml version=\"1.0\"?><net name=\"n\" version=\"10\"></net>".utf8)
        #expect(ForeignFormat(FileBytes(graph, name: "net.xml")) == nil)
    }

    @Test func aCutArchiveIsCalledCut() {
        let whole = TorchFile.archive(.dictionary([("a", .tensor(Tensor(zeros: [4, 4])))]))
        for length in [4, 30, whole.count / 2, whole.count - 22, whole.count - 1] {
            let cut = Array(whole.prefix(length))
            #expect(
                problem { try Checkpoint(FileBytes(cut, name: "cut.pt")) } == .truncatedArchive(bytes: length)
            )
        }
    }

    @Test func textsOfMarkupNeverEndTheReader() {
        for text in ["<", "<!", "<?", "<!--", "<?xml", "<!DOCTYPE", "<!DOCTYPE x [", "< ", "<>", "<a"] {
            _ = ForeignFormat(FileBytes(Array(text.utf8), name: "x"))
        }
        let deep = String(repeating: "<!-- -->", count: 100_000)
        _ = ForeignFormat(FileBytes(Array(deep.utf8), name: "x"))
    }
}
