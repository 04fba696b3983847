/// Files that are written in letters: web pages, pointers, settings.
extension ForeignFormat {
    static func written(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
        guard let text = text(bytes) else { return nil }
        let start = text.drop(while: \.isWhitespace)
        if start.hasPrefix("version https://git-lfs") || start.hasPrefix("version https://hawser") {
            return .gitLFSPointer(bytes: size(in: start))
        }
        if start.hasPrefix("/annex/objects/") || start.hasPrefix("../.git/annex/objects/") {
            return .gitAnnexPointer
        }
        if start.first == "<" { return markup(start) }
        let lowercased = start.prefix(4096).lowercased()
        if lowercased.contains("content-type: multipart/related") { return .webArchive }
        if lowercased.hasPrefix("http/") || lowercased.contains("<html") { return .webPage }
        if start.hasPrefix("[InternetShortcut]") { return .shortcut }
        if start.first == "{" || start.first == "[" { return .json }
        let line = start.prefix { !$0.isNewline }
        return .text(start: String(line.prefix(60)))
    }

    /// The beginning of a file as text; nil where it is none.
    private static func text(_ bytes: UnsafeRawBufferPointer) -> Substring? {
        let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(textLimit))
        let marks: [(mark: [UInt8], isLittle: Bool)] = [([0xFF, 0xFE], true), ([0xFE, 0xFF], false)]
        for (mark, isLittle) in marks where part.count > 3 && part.starts(with: mark) {
            var units: [UInt16] = []
            for i in stride(from: 2, to: part.count - 1, by: 2) {
                let (low, high) = isLittle ? (part[i], part[i + 1]) : (part[i + 1], part[i])
                units.append(UInt16(low) | UInt16(high) << 8)
            }
            return plain(String(decoding: units, as: UTF16.self))
        }
        let body = part.starts(with: [0xEF, 0xBB, 0xBF]) ? part.dropFirst(3) : part[...]
        // Bytes of 1 to 8 and the like are in no text; checked first, since most files of numbers end here.
        guard !body.isEmpty, body.allSatisfy({ $0 >= 0x20 || (0x08...0x0D).contains($0) || $0 == 0x1B })
        else { return nil }
        return plain(String(decoding: body, as: UTF8.self))
    }

    /// A text with no more strange characters than an old encoding makes.
    private static func plain(_ text: String) -> Substring? {
        let scalars = text.unicodeScalars
        let strange = scalars.count { $0 == "\u{FFFD}" || $0 == "\0" }
        return strange * 8 <= scalars.count ? text[...] : nil
    }

    private static func size(in pointer: Substring) -> Int? {
        let lines = pointer.split(whereSeparator: \.isNewline)
        return lines.first { $0.hasPrefix("size ") }.flatMap { Int($0.dropFirst(5)) }
    }

    // MARK: Markup

    /// What the outermost element says; nil for OpenVINO's `net` and for a text that ends before it.
    private static func markup(_ text: Substring) -> ForeignFormat? {
        var rest = text
        while rest.first == "<" {
            let end: String
            if rest.hasPrefix("<?") {
                end = "?>"
            } else if rest.hasPrefix("<!--") {
                end = "-->"
            } else if rest.hasPrefix("<!") {
                let words = rest.dropFirst(2).prefix(200).lowercased().split { $0.isWhitespace || $0 == ">" }
                if words.first == "doctype", words.dropFirst().first == "html" { return .webPage }
                end = words.dropFirst().contains { $0.contains("[") } ? "]>" : ">"
            } else {
                return element(rest.dropFirst().prefix { $0.isLetter || $0.isNumber || "-_:.".contains($0) })
            }
            guard let range = rest.firstRange(of: end) else { return nil }
            rest = rest[range.upperBound...].drop(while: \.isWhitespace)
        }
        return nil
    }

    private static func element(_ name: Substring) -> ForeignFormat? {
        if name == "net" { return nil }
        let lowercased = name.lowercased()
        if lowercased == "error" || lowercased == "errors" { return .serverError }
        return webElements.contains(lowercased) ? .webPage : .xml(root: String(name.prefix(60)))
    }

    /// What web pages begin with, as they are written.
    private static let webElements: Set<String> = [
        "html", "head", "body", "title", "meta", "script", "style", "link", "base", "center", "div", "span",
        "p",
        "h1", "h2", "h3", "a", "b", "font", "img", "table", "form", "pre", "br", "hr", "iframe", "noscript",
        "main", "section", "header", "nav", "ul", "input", "frameset", "html:html",
    ]
}
