import Foundation
import SystemPackage

/// A path as the file system has it: bytes, which need not be UTF-8, compared as bytes.
public typealias FilePath = SystemPackage.FilePath

extension FilePath {
    /// The path of a file URL.
    public init(_ url: URL) {
        self = url.withUnsafeFileSystemRepresentation { bytes in
            bytes.map { FilePath(platformString: $0) } ?? FilePath(url.path)
        }
    }

    /// A path of bytes that need not be text, up to the first that is zero.
    package init(bytes: some Sequence<UInt8>) {
        let characters = bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
        self = characters.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath("")
        }
    }

    /// The bytes of the path.
    package var bytes: [UInt8] {
        withPlatformString {
            Array(UnsafeBufferPointer(start: $0, count: strlen($0))).map { UInt8(bitPattern: $0) }
        }
    }

    /// The last component's bytes without its last ending: "a.b.png" → "a.b"; a leading dot begins no ending.
    package var stemBytes: [UInt8] {
        let name = lastComponentBytes
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return name }
        return Array(name[..<dot])
    }

    /// The last component's bytes.
    package var lastComponentBytes: [UInt8] {
        lastComponent.map { $0.withPlatformString { FilePath(platformString: $0).bytes } } ?? []
    }

    /// This path and a further component of bytes below it.
    package func appending(bytes: [UInt8]) -> FilePath {
        let slash = UInt8(ascii: "/")
        let start = self.bytes
        return FilePath(bytes: start.isEmpty || start.last == slash ? start + bytes : start + [slash] + bytes)
    }

    /// The folder that holds the last component; "." for a bare name.
    package var folder: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
    }

    /// The path from the root on, without "." and "..", symbolic links followed as far as the path exists.
    package var resolved: FilePath {
        var (existing, missing): (FilePath, [FilePath.Component]) = (self, [])
        if existing.isRelative {
            existing = FilePath(FileManager.default.currentDirectoryPath).pushing(existing)
        }
        while true {
            if let real = existing.withPlatformString({ realpath($0, nil) }) {
                defer { free(real) }
                var result = FilePath(platformString: real)
                for component in missing.reversed() { result.append(component) }
                return result.lexicallyNormalized()
            }
            guard let last = existing.lastComponent else { return lexicallyNormalized() }
            missing.append(last)
            existing.removeLastComponent()
        }
    }
}

extension URL {
    /// The file URL of a path. One that is not UTF-8 has none that names it: use the path.
    package init(_ path: FilePath) {
        self = path.withPlatformString {
            URL(fileURLWithFileSystemRepresentation: $0, isDirectory: false, relativeTo: nil)
        }
    }
}
