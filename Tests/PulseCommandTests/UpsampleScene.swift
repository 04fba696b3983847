import Foundation
import Imaging
import Jobs
import TestSupport
import Testing

/// A temporary folder with small pictures in it, where the real program runs on the installed model.
struct UpsampleScene {
    let folder: URL

    /// Runs `body` in a fresh scene.
    /// - Throws: `ModelNotInstalled` where the model is missing.
    static func with(_ body: (UpsampleScene) throws -> Void) throws {
        _ = try installedModel()
        try withTemporaryDirectory { try body(UpsampleScene(folder: $0)) }
    }

    /// The same, and a home with the installed model and this checkout's encoder.
    static func withPreparedHome(_ body: (UpsampleScene, URL) throws -> Void) throws {
        let model = try installedModel()
        try UpsampleScene.with { scene in
            let home = scene.url("home")
            let models = home.appendingPathComponent("models")
            try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: model.resolvingSymlinksInPath(),
                to: models.appendingPathComponent(model.lastPathComponent))
            let encoder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../Tools/encoder/\(model.lastPathComponent)").standardized
            try PulseBinary.run(
                ["model", "prepare", "mobilestylegan-ffhq-1024", "--encoder", encoder.path],
                environment: ["PULSE_HOME": home.path]
            ).expectStatus(0)
            try body(scene, home)
        }
    }

    /// A smooth picture, something like a face: light in the middle, dark at the edge.
    static func face(side: Int, tint: Double = 0.8) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<side {
            for x in 0..<side {
                let u = 2 * (Double(x) + 0.5) / Double(side) - 1
                let v = 2 * (Double(y) + 0.5) / Double(side) - 1
                let light = 1 / (1 + 3 * (u * u + 0.7 * v * v))
                pixels += [220 * light, 220 * tint * light, 180 * tint * light].map { UInt8($0) }
            }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }

    func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    @discardableResult
    func add(_ name: String, side: Int = 16, tint: Double = 0.8) throws -> Picture {
        let picture = UpsampleScene.face(side: side, tint: tint)
        try picture.writePNG(to: url(name), provenance: nil)
        return picture
    }

    /// Arguments of a short classic search.
    func arguments(_ inputs: [String], _ more: [String] = [], steps: Int = 2) -> [String] {
        ["upsample"] + inputs + ["--output", "out", "--steps", "\(steps)", "--seed", "7"]
            + (more.contains("--mode") ? more : ["--mode", "classic"] + more)
    }

    func upsample(_ inputs: [String], _ more: [String] = [], steps: Int = 2) throws -> PulseBinary.Output {
        try PulseBinary.run(arguments(inputs, more, steps: steps), in: folder)
    }

    func report(_ name: String, in output: String = "out") throws -> Report {
        try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: url("\(output)/\(name)/report.json")))
    }

    /// Names in a folder, hidden ones included, in order.
    func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(path).path).sorted()
    }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: url(path)) }
}
