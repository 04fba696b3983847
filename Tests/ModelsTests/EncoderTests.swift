import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators
@testable import Models

/// What a model is prepared with: learned, kept, and read back as hostile input.
@Suite struct EncoderTests {
    /// Latents that are linear in the thumbnail are found again.
    @Test func ridgeLearnsWhatIsLinear() throws {
        let encoder = try #require(Self.training().encoder())
        #expect(encoder.axes == 4)
        var (missed, total) = (0.0, 0.0)
        let training = Self.training()
        let features = training.pictures.shape[1]
        for sample in 0..<100 {
            let picture = Tensor(
                (0..<features).map { training.pictures[sample * features + $0] }, shape: [3, 16, 16])
            let guess = encoder(picture, from: 16)
            for k in 0..<4 {
                let truth = training.latents[sample * 4 + k]
                missed += Double((guess.coordinates[k] - truth) * (guess.coordinates[k] - truth))
                total += Double(truth * truth)
            }
        }
        #expect(missed < 0.2 * total, "\(missed) of \(total)")
        let quantiles = encoder.distanceQuantiles
        #expect(quantiles == quantiles.sorted() && quantiles.count == 101)
    }

    @Test func tooFewSamplesTeachNothing() {
        #expect(Self.training(samples: 4).encoder() == nil)
    }

    @Test func keptAndReadAgain() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        var encoder = try #require(try Self.encoder())
        encoder.operators = OperatorClassifier(
            names: ["box", "nearest"], sides: 8...64,
            layers: [.init(weight: randomTensor([2, 5], stream: 1), bias: randomTensor([2], stream: 2))])
        try EncoderFile.write(encoder, to: FilePath(url), contentSHA256: "abc")
        let again = try EncoderFile.read(url, contentSHA256: "abc")
        let picture: Tensor<Float> = randomTensor([3, 8, 8], stream: 9)
        #expect(encoder(picture, from: 8).coordinates == again(picture, from: 8).coordinates)
        #expect(again(picture, from: 8).factor[0] == 1 && again(picture, from: 16).factor[0] == 2)
        #expect(again(picture, from: 4).factor[0] == 1 && again(picture, from: 64).factor[0] == 2)
        #expect(again.percentile(ofDistance: 1.5) == 50)
        let (operators, kept) = (try #require(again.operators), try #require(encoder.operators))
        #expect(operators.names == kept.names && operators.sides == kept.sides)
        #expect(operators([1, 2, 3, 4, 5]) == kept([1, 2, 3, 4, 5]))
    }

    @Test(arguments: [
        ("layers.0.weight", [2, 191]), ("layers.0.weight", [2, 3, 3, 3]), ("factors", [1, 3, 3]),
        ("sides", [0]),
        ("layers.0.bias", [3]), ("sides", [1, 1]),
    ])
    func shapesThatDoNotFitAreRefused(tensor: String, shape: [Int]) throws {
        #expect(try Self.fault(tensor: tensor, value: Tensor(zeros: shape)) == .malformed)
    }

    @Test func numbersThatDoNotFitAreRefused() throws {
        #expect(try Self.fault(tensor: "layers.0.bias", value: Tensor([1, .nan], shape: [2])) == .malformed)
        #expect(try Self.fault(tensor: "sides", value: Tensor([1e30], shape: [1])) == .malformed)
        #expect(try Self.fault(tensor: "sides", value: Tensor([8], shape: [1])) == nil)
    }

    @Test func otherFilesAreRefused() throws {
        #expect(try Self.fault(key: "side", text: "100000") == .malformed)
        #expect(try Self.fault(key: "side", text: "x") == .malformed)
        #expect(try Self.fault(key: "format", text: "pulse-model") == .anotherFormat)
        #expect(try Self.fault(key: "formatVersion", text: "2") == .newerFormat(version: "2"))
        #expect(try Self.fault(key: "contentSHA256", text: "b") == .otherNetworks)
    }

    @Test func aLikenessThatDoesNotFitIsRefused() throws {
        let weight: Tensor<Float> = Tensor(zeros: [1, 192])
        #expect(throws: ModelError.self) { try Self.fault(more: [("likeness.0.weight", weight)]) }
        let bias: Tensor<Float> = Tensor(zeros: [1])
        let whole = [("likeness.0.weight", weight), ("likeness.0.bias", bias)]
        #expect(try Self.fault(more: whole) == .malformed)
        #expect(try Self.fault(key: "likenessSide", text: "8", more: whole) == nil)
        #expect(try Self.fault(key: "likenessSide", text: "16", more: whole) == .malformed)
        let two: [(name: String, tensor: Tensor<Float>)] = [
            ("likeness.0.weight", Tensor(zeros: [2, 192])), ("likeness.0.bias", Tensor(zeros: [2])),
        ]
        #expect(try Self.fault(key: "likenessSide", text: "8", more: two) == .malformed)
    }

    @Test func operatorsThatDoNotFitAreRefused() throws {
        func fault(outputs: Int, names: String, sides: String) throws -> EncoderFault? {
            let layer: [(name: String, tensor: Tensor<Float>)] = [
                ("operators.0.weight", Tensor(zeros: [outputs, 5])),
                ("operators.0.bias", Tensor(zeros: [outputs])),
            ]
            return try Self.fault(keys: ["operatorNames": names, "operatorSides": sides], more: layer)
        }
        #expect(try fault(outputs: 2, names: "box,nearest", sides: "8,64") == nil)
        #expect(try fault(outputs: 3, names: "box,nearest", sides: "8,64") == .malformed)
        #expect(try fault(outputs: 2, names: "box,box", sides: "8,64") == .malformed)
        #expect(try fault(outputs: 1, names: "box", sides: "8,64") == .malformed)
        #expect(try fault(outputs: 2, names: "box,nearest", sides: "64,8") == .malformed)
        #expect(try fault(outputs: 2, names: "box,nearest", sides: "8") == .malformed)
        #expect(try fault(outputs: 2, names: "", sides: "") == .malformed)
        #expect(throws: ModelError.self) {
            try Self.fault(more: [("operators.0.weight", Tensor(zeros: [2, 5]))])
        }
    }

    // MARK: -

    /// Why a small encoder file is refused after one change; nil where it is not.
    private static func fault(
        tensor changed: String = "", value: Tensor<Float> = Tensor(zeros: [1]), key: String = "side",
        text: String = "8", keys: [String: String] = [:], more: [(name: String, tensor: Tensor<Float>)] = []
    ) throws -> EncoderFault? {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        var metadata = ["format": "pulse-encoder", "formatVersion": "1", "strides": "", "contentSHA256": "a"]
        metadata["side"] = "8"
        metadata[key] = text
        metadata.merge(keys) { $1 }
        let good: [(name: String, tensor: Tensor<Float>)] = [
            ("layers.0.weight", Tensor(zeros: [2, 192])), ("layers.0.bias", Tensor(zeros: [2])),
            ("sides", Tensor([8], shape: [1])), ("factors", Tensor(zeros: [1, 2, 2])),
            ("distances", Tensor(zeros: [3])),
        ]
        try writeSafetensors(
            good.map { ($0.name, $0.name == changed ? value : $0.tensor) } + more, metadata: metadata, to: url
        )
        do {
            _ = try EncoderFile.read(url, contentSHA256: "a")
            return nil
        } catch {
            // A pattern in the catch of a typed throw crashes the compiler.
            if case .encoderUnusable(_, let fault) = error { return fault }
            throw error
        }
    }

    /// Pictures of four shades that are the latents, with a little noise.
    private static func training(samples: Int = 200) -> EncoderTraining {
        let latents: Tensor<Float> = randomTensor([samples, 4], stream: 1)
        let noise: Tensor<Float> = randomTensor([samples, 768], stream: 2)
        let basis: Tensor<Float> = randomTensor([4, 768], stream: 3)
        var pictures = Tensor<Float>(zeros: [samples, 768])
        for sample in 0..<samples {
            for i in 0..<768 {
                var value: Float = 0.5 + 0.005 * noise[sample * 768 + i]
                for k in 0..<4 { value += 0.05 * latents[sample * 4 + k] * basis[k * 768 + i] }
                pictures[sample * 768 + i] = value
            }
        }
        let statistics = LatentStatistics(
            mean: Tensor(zeros: [4]), standardDeviation: Tensor([1.3, 1.2, 1.1, 1], shape: [4]))
        return EncoderTraining(statistics: statistics, pictures: pictures, latents: latents)
    }

    /// Convolutions and matrices, on 8×8 pixels.
    private static func encoder() throws -> FaceEncoder? {
        func factor(_ scale: Float) -> Tensor<Float> { Tensor([scale, 0, 0, scale], shape: [2, 2]) }
        let chain = LayerChain(
            side: 8,
            layers: [
                .convolution(
                    weight: randomTensor([4, 3, 3, 3], stream: 1), bias: randomTensor([4], stream: 2),
                    stride: 2),
                .dense(weight: randomTensor([2, 64], stream: 3), bias: randomTensor([2], stream: 4)),
            ])
        return FaceEncoder(
            try #require(chain), factors: [(side: 16, factor: factor(2)), (side: 8, factor: factor(1))],
            distanceQuantiles: [1, 1.5, 2])
    }
}
