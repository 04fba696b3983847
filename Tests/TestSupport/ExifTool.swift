import Foundation

/// ExifTool, which reads and writes what stands beside the pixels of a picture, and knows nothing of this project.
public enum ExifTool {
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// The tags of a file by group and name, as `XMP-dc:Description`; warnings among them, as `ExifTool:Warning`.
    public static func tags(of url: URL) throws -> [String: Any] {
        let data = try run(["-json", "-n", "-a", "-G1", "-all", url.path])
        let files = try JSONSerialization.jsonObject(with: data) as? [[String: Any]]
        guard let tags = files?.first else { throw Failure(description: "no tags of \(url.path)") }
        return tags
    }

    /// Writes tags, each as `-GROUP:NAME=VALUE`, into a file.
    public static func write(_ tags: [String], to url: URL) throws {
        _ = try run(["-q", "-n", "-overwrite_original"] + tags + [url.path])
    }

    /// Through files, not pipes: Foundation's reading of a pipe does not survive an interrupted call.
    private static func run(_ arguments: [String]) throws -> Data {
        try withTemporaryDirectory { folder in
            let (output, errors) = (
                folder.appendingPathComponent("out"), folder.appendingPathComponent("err")
            )
            for url in [output, errors] { try Data().write(to: url) }
            let process = Process()
            let ended = DispatchSemaphore(value: 0)
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["exiftool"] + arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            process.terminationHandler = { _ in ended.signal() }
            try process.run()
            ended.wait()
            guard process.terminationStatus != 127 else {
                throw Failure(description: "exiftool is missing: run `make setup`")
            }
            let said = try String(decoding: Data(contentsOf: errors), as: UTF8.self)
            guard process.terminationStatus == 0 else { throw Failure(description: "exiftool: \(said)") }
            return try Data(contentsOf: output)
        }
    }
}
