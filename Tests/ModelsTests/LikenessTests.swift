import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators
@testable import Models

/// What tells a generator's faces from other pictures: the default model's, one that is learned, and the file.
@Suite struct LikenessTests {
    // MARK: The default model's

    /// Against PyTorch, on pictures of the generator and others.
    @Test func answersAsPyTorchDoes() throws {
        let golden = try Golden("likeness")
        let (pictures, answers): (Tensor<Float>, Tensor<Float>) = (
            try golden.tensor("pictures"), try golden.tensor("likeness")
        )
        let likeness = try Self.installed()
        for i in 0..<answers.count {
            #expect(abs(likeness(pictures.item(i)) - Double(answers[i])) < 1e-4, "picture \(i)")
        }
    }

    /// The golden's first pictures are the generator's, whatever their light, noise and colour.
    @Test(arguments: ["as it is", "dark", "pale", "grey", "noisy", "mirrored"])
    func facesOfTheGeneratorAreAccepted(_ change: String) throws {
        let pictures: Tensor<Float> = try Golden("likeness").tensor("pictures")
        let likeness = try Self.installed()
        let noise: Tensor<Float> = randomTensor([3, 32, 32], stream: 4)
        for i in 0..<Self.faces {
            let face = pictures.item(i)
            let changed = Tensor(
                (0..<face.count).map { k -> Float in
                    let (plane, place) = (k / 1024, k % 1024)
                    let value =
                        switch change {
                        case "dark": face[k] * 0.4
                        case "pale": 0.5 + 0.4 * face[k]
                        case "grey": (face[place] + face[1024 + place] + face[2048 + place]) / 3
                        case "noisy": face[k] + 0.06 * noise[k]
                        case "mirrored": face[plane * 1024 + place / 32 * 32 + 31 - place % 32]
                        default: face[k]
                        }
                    return min(max(value, 0), 1)
                }, shape: [3, 32, 32])
            #expect(likeness(changed) > FaceLikeness.limit, "face \(i) \(change)")
        }
    }

    @Test(arguments: [
        "black", "grey", "white", "noise", "checker", "stripes", "ramp", "disc", "upside down", "turned",
        "negative",
    ])
    func othersAreNot(_ kind: String) throws {
        let likeness = try Self.installed()
        let pictures: Tensor<Float> = try Golden("likeness").tensor("pictures")
        let noise: Tensor<Float> = randomTensor([3, 32, 32], stream: 5)
        for i in 0..<Self.faces {
            let face = pictures.item(i)
            let other = Tensor(
                (0..<face.count).map { k -> Float in
                    let (plane, row, column) = (k / 1024, k % 1024 / 32, k % 32)
                    switch kind {
                    case "black": return 0
                    case "grey": return 0.5
                    case "white": return 1
                    case "noise": return min(max(0.5 + 0.2 * noise[k], 0), 1)
                    case "checker": return (row / 4 + column / 4) % 2 == 0 ? 0.1 : 0.9
                    case "stripes": return (row + column) % 8 < 4 ? 0 : 1
                    case "ramp": return Float(column) / 31
                    case "disc":
                        return (row - 16) * (row - 16) + (column - 16) * (column - 16) < 100 ? 0.8 : 0.2
                    case "upside down": return face[plane * 1024 + (31 - row) * 32 + column]
                    case "turned": return face[plane * 1024 + column * 32 + 31 - row]
                    default: return 1 - face[k]
                    }
                }, shape: [3, 32, 32])
            #expect(likeness(other) < FaceLikeness.limit, "\(kind) \(i)")
        }
    }

    @Test func theFileIsSmall() throws {
        #expect(try Data(contentsOf: Self.file).count <= 2 << 20)
    }

    // MARK: Learned

    /// "Faces" of two eyes and a mouth in any light, in one place.
    @Test func isLearnedFromAGeneratorsOwnPictures() throws {
        let likeness = try #require(LikenessTraining(pictures: Self.drawings(400, stream: 1)).likeness())
        let fresh = Self.drawings(200, stream: 2)
        let accepted = (0..<200).count { likeness(Self.picture(fresh, $0)) >= FaceLikeness.limit }
        #expect(accepted >= 190, "\(accepted) of 200")
        let refused = (0..<200).count {
            likeness(Self.picture(fresh, $0, upsideDown: true)) < FaceLikeness.limit
        }
        #expect(refused >= 190, "\(refused) of 200")
        #expect(likeness(Tensor(Array(repeating: 0.5, count: 768), shape: [3, 16, 16])) < FaceLikeness.limit)
    }

    @Test func tooFewPicturesTeachNothing() {
        #expect(LikenessTraining(pictures: Self.drawings(4, stream: 1)).likeness() == nil)
    }

    @Test func lightAndContrastAreTakenOut() {
        let picture: Tensor<Float> = randomTensor([3, 16, 16], stream: 3).map { 0.5 + 0.2 * $0 }
        let (a, b) = (
            FaceLikeness.standardised(picture), FaceLikeness.standardised(picture.map { 0.2 + 0.5 * $0 })
        )
        let largest = (0..<a.count).map { abs(a[$0] - b[$0]) }.max() ?? 1
        // The contrast that counts as none is a small part of the picture's, and a little more of the paler one's.
        #expect(largest < 0.05 * ((0..<a.count).map { abs(a[$0]) }.max() ?? 0), "\(largest)")
        #expect(FaceLikeness.standardised(picture.map { _ in 0.7 }).elements.allSatisfy { abs($0) < 1e-3 })
    }

    // MARK: The file

    @Test func keptAndReadAgain() throws {
        let picture: Tensor<Float> = randomTensor([3, 8, 8], stream: 9)
        let likeness = try #require(FaceLikeness(Self.chain(outputs: 1)))
        let again = try Self.stored { _ in likeness }
        #expect(again.likeness?(picture) == likeness(picture))
        #expect(try Self.stored { _ in nil }.likeness == nil)
    }

    @Test func aChainThatGivesMoreThanOneNumberIsNone() throws {
        #expect(FaceLikeness(try Self.chain(outputs: 2)) == nil)
    }

    // MARK: -

    /// How many of the golden's pictures are the generator's.
    private static let faces = 6

    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Tools/encoder/mobilestylegan-ffhq-1024.safetensors")

    private static func installed() throws -> FaceLikeness {
        let sha256 = try SafetensorsFile(contentsOf: file).metadata["contentSHA256"] ?? ""
        return try #require(try EncoderFile.read(file, contentSHA256: sha256).likeness)
    }

    private static func chain(outputs: Int) throws -> LayerChain {
        let chain = LayerChain(
            side: 8,
            layers: [
                .convolution(
                    weight: randomTensor([4, 3, 3, 3], stream: 1), bias: randomTensor([4], stream: 2),
                    stride: 2),
                .dense(
                    weight: randomTensor([outputs, 64], stream: 3), bias: randomTensor([outputs], stream: 4)),
            ])
        return try #require(chain)
    }

    /// An encoder that was written and read.
    private static func stored(_ likeness: (Int) -> FaceLikeness?) throws -> FaceEncoder {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: url) }
        let encoder = FaceEncoder(
            try chain(outputs: 2), factors: [(side: 8, factor: Tensor([1, 0, 0, 1], shape: [2, 2]))],
            distanceQuantiles: [0, 1], likeness: likeness(0))
        try EncoderFile.write(try #require(encoder), to: FilePath(url), contentSHA256: "abc")
        return try EncoderFile.read(url, contentSHA256: "abc")
    }

    /// Pale ovals with two eyes and a mouth, [count, 768].
    private static func drawings(_ count: Int, stream: UInt64) -> Tensor<Float> {
        let draws: Tensor<Float> = randomTensor([count, 8], stream: stream)
        let grain: Tensor<Float> = randomTensor([count, 768], stream: stream + 100)
        var result = Tensor<Float>(zeros: [count, 768])
        for sample in 0..<count {
            let d = (0..<8).map { draws[sample * 8 + $0] }
            for i in 0..<768 {
                let (plane, x, y) = (i / 256, Float(i % 16) - 7.5, Float(i % 256 / 16) - 8)
                let oval: Float = x * x / 25 + y * y / 42 < 1 ? 0.6 + 0.08 * d[0] : 0.35 + 0.15 * d[1]
                let eyes: Float = abs(abs(x) - 2.5) < 1.2 && abs(y + 1.5) < 0.8 ? -0.35 + 0.05 * d[2] : 0
                let mouth: Float = abs(x) < 2.6 + 0.3 * d[3] && abs(y - 3.5) < 0.7 ? -0.25 + 0.05 * d[4] : 0
                let colour = 0.05 * d[5] * Float(plane - 1)
                result[sample * 768 + i] = min(
                    max(oval + eyes + mouth + colour + 0.02 * grain[sample * 768 + i], 0), 1)
            }
        }
        return result
    }

    private static func picture(_ all: Tensor<Float>, _ index: Int, upsideDown: Bool = false) -> Tensor<Float>
    {
        Tensor(
            (0..<768).map {
                let (plane, row, column) = ($0 / 256, $0 % 256 / 16, $0 % 16)
                return all[index * 768 + plane * 256 + (upsideDown ? 15 - row : row) * 16 + column]
            }, shape: [3, 16, 16])
    }
}
