import FaceAlignment
import Files
import Foundation
import Imaging
import TestSupport
import Testing

/// A temporary folder in which the real program aligns photographs: drawn ones with landmarks given, which needs no
/// detector, or the sample that `make setup` fetches, in which it finds two faces.
struct AlignScene {
    let folder: URL

    static func with(_ body: (AlignScene) throws -> Void) throws {
        try withTemporaryDirectory { try body(AlignScene(folder: $0)) }
    }

    var path: FilePath { FilePath(folder) }

    func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }

    /// Names in a folder, hidden ones included, in order.
    func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(path).path).sorted()
    }

    /// Writes a file, and the folders above it.
    func add(_ name: String, _ content: Data = Data("mine".utf8)) throws {
        try FileManager.default.createDirectory(
            at: url(name).deletingLastPathComponent(), withIntermediateDirectories: true)
        try content.write(to: url(name))
    }

    /// Draws a photograph without a face in it.
    func draw(_ name: String, width: Int = 90, height: Int = 80, tint: UInt8 = 0) throws {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { pixels += [UInt8(x * 2 % 256), UInt8(y * 3 % 256), tint] }
        }
        let png = try Picture(width: width, height: height, pixels: pixels).pngData(provenance: nil)
        try add(name, png)
    }

    /// Puts the sample photograph in the scene.
    func addSample(as name: String) throws {
        try add(name, try Data(contentsOf: pulseHome.appendingPathComponent("samples/astronaut.png")))
    }

    /// Writes landmarks of an upright face in a drawn photograph, as a bare list.
    func addLandmarks(_ name: String = "points.json") throws {
        var points = [[Double]](repeating: [45, 40], count: 68)
        for index in 36..<42 { points[index] = [35, 30] }
        for index in 42..<48 { points[index] = [55, 30] }
        points[48] = [37, 50]
        points[54] = [53, 50]
        try add(name, try JSONEncoder().encode(points))
    }

    func align(_ arguments: [String], in directory: String = ".") throws -> PulseBinary.Output {
        try PulseBinary.run(["align"] + arguments, in: url(directory))
    }

    /// Whether the files of a face belong together.
    func isWhole(_ stem: String) -> Bool {
        guard let record = FaceRecord(intactFileAt: FilePath(url(stem + ".json"))),
            let png = try? bytes(stem + ".png")
        else { return false }
        return record.picture == sha256(of: png)
    }
}
