import ArgumentParser
import Files
import Foundation
import Testing

@testable import pulse

@Suite("What reaches a terminal, and what comes from one")
struct TerminalTests {
    @Test("control characters of a name are written out")
    func controls() {
        #expect(
            printable("a\u{1B}[31mb\u{7}\u{9B}c\u{202E}d\r") == "a\\u{1B}[31mb\\u{7}\\u{9B}c\\u{202E}d\\u{D}")
        #expect(printable("two\nlines", keepsLines: false) == "two\\u{A}lines")
        #expect(printable("two\nlines, 漢字, é, 👩‍👩‍👧") == "two\nlines, 漢字, é, 👩‍👩‍👧")
    }

    @Test("text is measured in cells, not in characters")
    func widths() {
        #expect(cells("abc") == 3)
        #expect(cells("漢字") == 4)
        #expect(cells("e\u{301}") == 1)
        #expect(cells("👩‍👩‍👧") == 2)
        #expect(shortened("0123456789", to: 7) == "01…6789")
        for width in 0..<30 { #expect(cells(shortened("漢字漢字漢字漢字漢字.png", to: width)) <= width) }
    }

    @Test("a bar never wraps, and never hides its numbers", arguments: [20, 30, 40, 60, 80, 120])
    func bar(_ width: Int) {
        for name in ["a.png", String(repeating: "漢", count: 24) + ".png", "e\u{1B}[31m.png"] {
            let line = ProgressLine(
                share: 0.31, name: name,
                facts: ["step 31 of 100", "best rms 12.3", "7 s left"]
            ).text(width: width)
            #expect(cells(line) <= width, "\(line)")
            #expect(line.contains("31 %"))
            #expect(line.contains("step 31") || width < 22, "\(line)")
            #expect(!line.contains("\u{1B}"))
            if width >= 80 { #expect(line.contains("7 s left") && line.contains(".png"), "\(line)") }
        }
    }

    @Test(
        "bytes that are not UTF-8 come through the parser",
        arguments: [
            [0x62, 0xFF, 0xFE, 0x2E], Array("é漢👩".utf8), [0xC3], [0xED, 0xA0, 0x80],
            [0xF4, 0x8F, 0xB8, 0x80, 0x80],
            [0xF0, 0x9F, 0x41],
        ])
    func bytes(_ bytes: [UInt8]) throws {
        #expect(EscapedBytes.bytes(EscapedBytes.text(bytes)) == bytes)
        #expect(FilePath(argument: EscapedBytes.text(bytes))?.bytes == bytes)
    }

    @Test("dashes mean what they look like")
    func dashes() throws {
        #expect(
            try disambiguated(["upsample", "--seed", "-1", "-o", "x"]) == [
                "upsample", "--seed=-1", "-o", "x",
            ])
        #expect(try disambiguated(["upsample", "--", "-dash.png"]) == ["upsample", "--", "-dash.png"])
        for word in ["-dash.png", "-help", "-hx", "-ofaces"] {
            #expect(throws: ValidationError.self) { try disambiguated(["upsample", word, "-o", "x"]) }
        }
    }
}
