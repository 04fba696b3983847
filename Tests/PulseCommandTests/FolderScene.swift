import Files
import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

extension UpsampleScene {
    /// Adds a picture, and the folders above it.
    func addBelow(_ name: String, tint: Double = 0.8) throws {
        try FileManager.default.createDirectory(
            at: url(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try add(name, tint: tint)
    }

    /// Arguments of the shortest search in which every face is accepted.
    func folderArguments(_ inputs: [String], _ more: [String] = []) -> [String] {
        ["upsample"] + inputs + ["-o", "out", "--mode", "classic", "--steps", "1", "--tolerance", "255"]
            + more
    }

    func upsampleFolder(_ inputs: [String], _ more: [String] = []) throws -> PulseBinary.Output {
        try PulseBinary.run(folderArguments(inputs, more), in: folder)
    }

    /// Names of results below a folder, in order.
    func results(_ output: String = "out") throws -> [String] {
        let root = url(output).resolvingSymlinksInPath()
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix("/report.json") }.map { String($0.dropLast("/report.json".count)) }
            .sorted()
    }

    /// Whether a result is whole: every file that its report names is there as it was written.
    func isWhole(_ result: String, in output: String = "out") throws -> Bool {
        let report = try report(result, in: output)
        guard let files = report.files, report.interrupted != true else { return false }
        return try files.allSatisfy { name, digest in
            try sha256(of: bytes("\(output)/\(result)/\(name)")) == digest
        }
    }

    /// When a result was made.
    func date(_ result: String) throws -> Date? {
        let path = url("out/\(result)/report.json").path
        return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }
}
