import Degradation
import Foundation
import Imaging
import Models
import Search

/// How the fast search comes down, step by step, on pictures of one's own: a line of JSON for each candidate.
///
///     PulseBench curves MODEL THREADS OPTIONS COUNT PICTURE...
///
/// OPTIONS is the method's options as JSON, `{}` for the defaults.
func printCurves(_ arguments: [String], model: Model, threads: Int) throws {
    guard arguments.count > 2, let count = Int(arguments[1]) else {
        fail("usage: PulseBench curves MODEL THREADS OPTIONS COUNT PICTURE...")
    }
    let method = try options(arguments[0])
    let seat = SearchSeat(try model.makeGenerator(threads: threads))
    let latents = try model.latentSpace()
    for file in arguments.dropFirst(2) {
        let target = try Target(Picture(contentsOf: URL(fileURLWithPath: file)))
        let request = SearchRequest(
            target: target,
            degradation: Resampling(from: model.specification.resolution, to: target.side), seed: 1,
            tolerance: method.defaultTolerance)
        for candidate in 1...count {
            let search = try method.makeSearch(
                request, candidate: candidate, latents: latents, seat: seat)
            var losses: [[String: Double]] = []
            var seconds = 0.0
            while let step = search.next() {
                losses.append(step.losses.byName)
                seconds += step.seconds
            }
            let line = Curve(file: file, candidate: candidate, seconds: seconds, losses: losses)
            print(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
        }
    }
}

private struct Curve: Encodable {
    var file: String
    var candidate: Int
    var seconds: Double
    /// Of the point before each step.
    var losses: [[String: Double]]
}

/// The defaults with what the JSON says instead.
private func options(_ json: String) throws -> FastMethod {
    var values =
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(FastMethod())) as? [String: Any] ?? [:]
    let changed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] ?? [:]
    values.merge(changed) { $1 }
    return try JSONDecoder().decode(FastMethod.self, from: JSONSerialization.data(withJSONObject: values))
}
