import ArgumentParser
import Files
import Foundation

/// Arguments as text from which their bytes can be had again.
///
/// The parser wants strings, and a path is bytes that need not be UTF-8. Each byte that no character covers becomes one
/// of 256 private-use scalars; so does each byte of such a scalar that was there before, so nothing is ambiguous.
enum EscapedBytes {
    private static let base: UInt32 = 0x10_FE00
    private static let range = base..<base + 256

    static func text(_ bytes: [UInt8]) -> String {
        var result = String.UnicodeScalarView()
        var rest = bytes[...]
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            let piece = rest.prefix(length)
            if let scalar = String(validating: piece, as: UTF8.self)?.unicodeScalars.first,
                !range.contains(scalar.value)
            {
                result.append(scalar)
                rest = rest.dropFirst(length)
            } else {
                result.append(escaped(first))
                rest = rest.dropFirst()
            }
        }
        return String(result)
    }

    static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            range.contains(scalar.value) ? [UInt8(scalar.value - base)] : Array(String(scalar).utf8)
        }
    }

    private static func escaped(_ byte: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(base + UInt32(byte)) ?? "\u{FFFD}"
    }
}

extension FilePath: @retroactive ExpressibleByArgument {
    public init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self.init(bytes: EscapedBytes.bytes(argument))
    }
}

/// The arguments of this process, without its name.
func escapedArguments() -> [String] {
    let arguments = UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return arguments.dropFirst().compactMap { argument in
        argument.map { EscapedBytes.text(Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
    }
}

/// Arguments in the form in which the parser takes them as they were meant.
///
/// The parser reads `-dash.png` as a bundle of short options, some of which may exist, and `-1` after `--seed` as another
/// option. A negative number is joined to the option before it; any other word that begins with a single dash and is not
/// a whole short option is an error, unless `--` stands before it.
/// - Throws: `ValidationError`.
func disambiguated(_ arguments: [String], shortOptions: Set<String> = ["-h", "-o", "-0"]) throws -> [String] {
    var result: [String] = []
    for (index, argument) in arguments.enumerated() {
        if argument == "--" { return result + arguments[index...] }
        let isWord = argument.hasPrefix("-") && !argument.hasPrefix("--") && argument.count > 1
        if shortOptions.contains(argument) {
            result.append(argument)
        } else if isWord, Double(argument) != nil, let option = result.last, option.hasPrefix("--"),
            !option.contains("=")
        {
            result[result.count - 1] = option + "=" + argument
        } else if isWord {
            let name = printable(argument)
            throw ValidationError(
                "there is no option '\(name)'. If it is a file, write ./\(name), or -- before the files.")
        } else {
            result.append(argument)
        }
    }
    return result
}
