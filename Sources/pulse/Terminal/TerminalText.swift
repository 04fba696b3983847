import Foundation

/// Text that comes from outside, made safe to show: control characters, and those that turn the direction of text,
/// are written out, so that a file's name cannot move the cursor or hide what follows.
/// - Parameter keepsLines: whether ends of lines stay what they are.
func printable(_ text: String, keepsLines: Bool = true) -> String {
    guard text.unicodeScalars.contains(where: { isUnsafe($0, keepsLines) }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isUnsafe(scalar, keepsLines) {
            result.append(
                contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

private func isUnsafe(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
    switch scalar.value {
    case 0x0A: !keepsLines
    case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
    default: false
    }
}

/// How many cells of a terminal a text takes.
func cells(_ text: String) -> Int { text.reduce(0) { $0 + cells($1) } }

private func cells(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars { width = max(width, cells(scalar)) }
    return width
}

/// Source: UAX #11, East Asian Width; the ranges of wide and fullwidth characters, emoji included.
private func cells(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615,
        0x2648...0x2653, 0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x2705, 0x270A...0x270B, 0x2728, 0x274C,
        0x2753...0x2757, 0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50, 0x2B55, 0x2E80...0x303E, 0x3041...0x33FF,
        0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1B000...0x1B2FF, 0x1F004, 0x1F0CF, 0x1F18E,
        0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F64F, 0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB,
        0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
        return 2
    default: return 1
    }
}

/// A text cut in its middle to so many cells, at least one of them an ellipsis where it is cut.
func shortened(_ text: String, to limit: Int) -> String {
    guard cells(text) > limit else { return text }
    guard limit > 1 else { return limit == 1 ? "…" : "" }
    // More of the end: that is where names differ.
    let head = (limit - 1) / 3
    return prefix(text, cells: head) + "…"
        + String(prefix(String(text.reversed()), cells: limit - 1 - head).reversed())
}

private func prefix(_ text: String, cells limit: Int) -> String {
    var (result, used) = ("", 0)
    for character in text {
        used += cells(character)
        guard used <= limit else { break }
        result.append(character)
    }
    return result
}
