import Checkpoints
import Engine
import Files
import Foundation
import Generators
import Tensors

extension ModelStore {
    /// How many pictures of its own a model is prepared from unless the user says otherwise.
    public static let preparationSamples = 1200

    /// Prepares a model for the fast search with an encoder that was learned elsewhere.
    /// - Throws: ``ModelError`` if the file is damaged, or belongs to other weights.
    public func prepare(_ name: String, with encoder: FilePath) throws {
        let model = try load(name)
        let url = URL(encoder)
        _ = try EncoderFile.read(url, contentSHA256: model.contentSHA256)
        let bytes = try readFile(encoder, limit: EncoderFile.limit)
        try makeEncoderFolder(model)
        try writeAtomically(bytes, to: FilePath(model.encoderURL))
    }

    /// Prepares a model for the fast search from its own pictures. An interrupted preparation goes on where it was.
    /// - Parameters:
    ///   - progress: called with how many pictures there are.
    /// - Throws: ``ModelError``, among them that the mapping network is missing; ``EncoderFault`` as part of it.
    public func prepare(
        _ name: String, samples: Int = Self.preparationSamples, threads: Int,
        isCancelled: () -> Bool = { false }, progress: (Int) -> Void
    ) throws {
        let model = try load(name)
        let (mapping, statistics) = (try model.mapping(), try model.latentStatistics())
        let generator = try model.makeGenerator(threads: threads)
        try makeEncoderFolder(model)
        var set = SampleSet(resuming: model)
        defer { if set.count < samples { try? set.save(for: model) } }
        while set.count < samples {
            if isCancelled() { return }
            set.add(mapping, generator)
            progress(min(set.count, samples))
            if set.count % 200 == 0 { try set.save(for: model) }
        }
        let training = EncoderTraining(
            statistics: statistics, pictures: set.pictures(samples), latents: set.latents(samples, mapping))
        guard let encoder = training.encoder() else {
            throw ModelError.encoderUnusable(file: model.encoderURL.relativePath, .notLearned)
        }
        try EncoderFile.write(encoder, to: FilePath(model.encoderURL), contentSHA256: model.contentSHA256)
        SampleSet.remove(for: model)
    }

    private func makeEncoderFolder(_ model: Model) throws {
        try Files.makeFolder(FilePath(model.encoderURL.deletingLastPathComponent()))
    }
}

/// Thumbnails of a generator's samples, which are numbered: sample i is the same on every machine.
private struct SampleSet {
    private static let random = CounterRandom(seed: 0x5055_4C53_4521, stream: 2)
    private static let side = EncoderTraining.side
    private static let features = 3 * side * side
    private var thumbnails: [Float] = []

    var count: Int { thumbnails.count / Self.features }

    private static func path(_ model: Model) -> FilePath {
        FilePath(model.encoderURL.deletingPathExtension().appendingPathExtension("samples"))
    }

    /// What an interrupted preparation left; what cannot be read counts as nothing.
    init(resuming model: Model) {
        guard let file = try? SafetensorsFile(contentsOf: URL(Self.path(model))),
            file.metadata["contentSHA256"] == model.contentSHA256,
            let stored = try? file.tensor("pictures") as Tensor<Float>, stored.shape.count == 2,
            stored.shape[1] == Self.features
        else { return }
        thumbnails = stored.withUnsafeBufferPointer { Array($0) }
    }

    func save(for model: Model) throws {
        guard count > 0 else { return }
        try writeSafetensors(
            [("pictures", pictures(count))], metadata: ["contentSHA256": model.contentSHA256],
            to: Self.path(model))
    }

    static func remove(for model: Model) { try? FileManager.default.removeItem(at: URL(path(model))) }

    func pictures(_ count: Int) -> Tensor<Float> {
        Tensor(Array(thumbnails.prefix(count * Self.features)), shape: [count, Self.features])
    }

    /// w of sample `index`, [1, size].
    private static func latent(_ index: Int, _ mapping: MappingNetwork) -> Tensor<Float> {
        let z: Tensor<Float> = random.normals(
            shape: [1, mapping.latentSize], offset: UInt64(index * mapping.latentSize))
        return mapping(z, classes: mapping.classCount > 0 ? [index % mapping.classCount] : [])
    }

    /// v, [count, size].
    func latents(_ count: Int, _ mapping: MappingNetwork) -> Tensor<Float> {
        var values: [Float] = []
        for index in 0..<count {
            let w = Self.latent(index, mapping)
            for i in 0..<w.count { values.append(w[i] < 0 ? 5 * w[i] : w[i]) }
        }
        return Tensor(values, shape: [count, mapping.size])
    }

    /// Draws the next sample and keeps its thumbnail: means over equal parts of the picture.
    mutating func add(_ mapping: MappingNetwork, _ generator: any Generator) {
        let specification = generator.specification
        let (resolution, slots) = (specification.resolution, specification.liveSlots.count)
        let w = Self.latent(count, mapping)
        let tiled = Tensor(
            (0..<slots).flatMap { _ in w.withUnsafeBufferPointer { Array($0) } },
            shape: [slots, mapping.size])
        let noise: [NoiseMap] = specification.noiseSides.map { _ in
            specification.storesNoise ? .baked : .zero
        }
        var image = Tensor<Float>(zeros: [3, resolution, resolution])
        generator.forward(w: tiled, noise: noise, image: &image)
        let side = Self.side
        for channel in 0..<3 {
            for row in 0..<side {
                for column in 0..<side {
                    let rows = row * resolution / side..<(row + 1) * resolution / side
                    let columns = column * resolution / side..<(column + 1) * resolution / side
                    var sum = 0.0
                    for y in rows {
                        for x in columns {
                            sum += Double(min(max(image[(channel * resolution + y) * resolution + x], -1), 1))
                        }
                    }
                    thumbnails.append(Float((sum / Double(rows.count * columns.count) + 1) / 2))
                }
            }
        }
    }
}
