import Checkpoints
import Files
import Foundation
import Generators
import Imaging
import Models
import Tensors

/// Latents and noise to render: one drawn from a seed, or those of a file.
public struct LatentInputs: Sendable {
    /// How many pictures there are to render.
    public let count: Int
    /// How pictures of them become bytes: as the file says that its own picture did.
    public let rounding: LevelRounding
    private let specification: GeneratorSpecification
    /// [N, slotCount, latentSize], or [N, latentSize] for all slots alike.
    private let latents: Tensor<Float>
    /// For each noise input, [N or 1, side, side] where it was given or drawn.
    private let maps: [Tensor<Float>?]

    /// Draws z from `seed` (stream 0) and maps it; draws noise where the family stores none.
    /// - Parameter chosenClass: counted from 0; nil for a model without classes.
    /// - Throws: `ModelError` if the model has no mapping network.
    public init(seed: UInt64, class chosenClass: Int?, model: Model) throws(ModelError) {
        specification = model.specification
        let mapping = try model.mapping()
        let z: Tensor<Float> = CounterRandom(seed: seed).normals(shape: [1, mapping.latentSize])
        latents = mapping(z, classes: chosenClass.map { [$0] } ?? [])
        count = 1
        rounding = .halfUp
        maps = drawnNoise(seed: seed, model: model)
    }

    /// Reads latents and noise.
    /// - Parameter seed: draws the noise that the file lacks, where the family stores none.
    /// - Throws: `CheckpointError` for a damaged file, `GenerateError` for one that does not fit the model.
    public init(contentsOf path: FilePath, seed: UInt64?, model: Model) throws {
        let specification = model.specification
        let name = path
        let file = try SafetensorsFile(FileBytes(reading: path, limit: LatentInputs.fileLimit))
        let (slots, size) = (specification.slotCount, specification.latentSize)
        self.specification = specification
        guard let shape = file.shape(of: "w") else { throw GenerateError.noLatents(file: name) }
        let isTied = shape.count == 2 && shape[1] == size
        guard let count = shape.first, count > 0, isTied || shape == [count, slots, size] else {
            throw GenerateError.latentShape(file: name, shape: shape, slots: slots, size: size)
        }
        self.count = count
        rounding = file.metadata["rounding"].flatMap(LevelRounding.init) ?? .halfUp
        latents = try finite(file.tensor("w"), "w", file: name)

        let noiseNames = specification.noiseSides.indices.map { "noise.\($0)" }
        if let unknown = file.names.first(where: { $0 != "w" && !noiseNames.contains($0) }) {
            throw GenerateError.unknownTensor(file: name, name: unknown, maps: noiseNames.count)
        }
        let drawn = drawnNoise(seed: seed, model: model)
        maps = try zip(noiseNames, specification.noiseSides).enumerated().map { index, noise in
            guard let shape = file.shape(of: noise.0) else { return drawn[index] }
            // [h, w], [n, h, w] or [n, 1, h, w], where n is 1 or the number of latents.
            let side = noise.1
            let extra = Array(shape.dropLast(2))
            let isMap = shape.suffix(2) == [side, side] && extra.count <= 2
            guard isMap, extra.dropFirst().allSatisfy({ $0 == 1 }), [1, count].contains(extra.first ?? 1)
            else {
                throw GenerateError.noiseShape(
                    file: name, index: index, shape: shape, count: count, side: side)
            }
            return try finite(file.tensor(noise.0), noise.0, file: name)
                .reshaped([extra.first ?? 1, side, side])
        }
    }

    /// The largest file of latents that is read: noise included, about fifty pictures' worth.
    private static let fileLimit = 1 << 30

    /// Latents of picture `index` for the live slots, [live slots, latentSize].
    public func w(_ index: Int) -> Tensor<Float> {
        let item = latents.item(index)
        let size = specification.latentSize
        let elements = item.elements
        var w: [Float] = []
        w.reserveCapacity(specification.liveSlots.count * size)
        for slot in specification.liveSlots {
            let start = item.shape.count == 1 ? 0 : slot * size
            w += elements[start..<start + size]
        }
        return Tensor(w, shape: [specification.liveSlots.count, size])
    }

    /// Noise of picture `index`.
    public func noise(_ index: Int) -> [NoiseMap] {
        maps.map { map in
            guard let map else { return .baked }
            return .map(map.item(map.shape[0] == 1 ? 0 : index))
        }
    }
}

/// For each noise input, a map [1, side, side] of stream 1 + i, or nil where the model's own is used, or no seed
/// is given.
private func drawnNoise(seed: UInt64?, model: Model) -> [Tensor<Float>?] {
    let sides = model.specification.noiseSides
    guard let seed, !model.storesNoise else { return sides.map { _ in nil } }
    return sides.enumerated().map {
        CounterRandom(seed: seed, stream: 1 + UInt64($0)).normals(shape: [1, $1, $1])
    }
}

private func finite(_ tensor: Tensor<Float>, _ name: String, file: FilePath) throws -> Tensor<Float> {
    let isFinite = tensor.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) }
    guard isFinite else { throw GenerateError.notFinite(file: file, tensor: name) }
    return tensor
}
