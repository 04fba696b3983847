import Degradation
import Foundation
import Imaging
import Search
import Tensors

/// Moves searched pictures onto their inputs by the exact fit alone, without a search, and says how long each took.
/// - Parameter files: input, searched picture and where the result goes, again and again.
func fitPictures(operator name: String, threads: Int, _ files: [String]) throws {
    guard let kind = OperatorKind.named(name), files.count % 3 == 0 else {
        fail("usage: PulseBench fit OPERATOR THREADS INPUT SEARCHED RESULT...")
    }
    for i in stride(from: 0, to: files.count, by: 3) {
        let input = try Picture(contentsOf: URL(fileURLWithPath: files[i]))
        let searched = try Picture(contentsOf: URL(fileURLWithPath: files[i + 1]))
        let target: Tensor<Float> = try Target(input).tensor()
        var picture: Tensor<Float> = searched.tensor()
        guard searched.width == searched.height,
            let fit = ExactFit(degradation: kind.make(searched.width, input.width), threads: threads)
        else { fail("no exact fit of \(files[i + 1])") }
        var correction: ExactFit.Correction?
        let time = seconds { correction = fit(&picture, to: target) }
        let result = Picture(picture)
        let origin = Provenance(model: "exact fit", seed: 0, mode: "fit", version: "0")
        try result.writePNG(to: URL(fileURLWithPath: files[i + 2]), provenance: origin)
        guard let correction else { continue }
        answer(
            "\(files[i + 2]) seconds \(time) change \(correction.rms) rms \(correction.residualRMS) max \(correction.residualMax)"
        )
    }
}
