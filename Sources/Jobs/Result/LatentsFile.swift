import Checkpoints
import Files
import Generators
import Imaging
import Models
import Search
import Tensors

/// Writes what a candidate is drawn from: `w` [1, slots, latentSize] and every noise map that is not the model's own, as
/// `pulse generate --latents` reads them.
/// - Parameter path: where it is made; nothing there is replaced in one step.
/// - Throws: `CheckpointError`.
package func writeLatents(of face: Candidate, model: Model, to path: FilePath) throws(CheckpointError) {
    let specification = model.specification
    let size = specification.latentSize
    var w = Tensor<Float>(zeros: [1, specification.slotCount, size])
    for (row, slot) in specification.liveSlots.enumerated() {
        for k in 0..<size { w[slot * size + k] = face.w[row * size + k] }
    }
    var tensors = [(name: "w", tensor: w)]
    for (index, (map, side)) in zip(face.noise, specification.noiseSides).enumerated() {
        switch map {
        case .baked: continue
        case .zero: tensors.append(("noise.\(index)", Tensor(zeros: [1, side, side])))
        case .map(let map): tensors.append(("noise.\(index)", map.reshaped([1, side, side])))
        }
    }
    try writeSafetensors(
        tensors,
        metadata: [
            "model": model.name, "modelSHA256": model.sha256, "version": pulseVersion,
            "rounding": LevelRounding.halfEven.rawValue,
        ],
        to: path, isAside: true)
}
