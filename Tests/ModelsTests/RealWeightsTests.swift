import Foundation
import Generators
import Models
import Tensors
import TestSupport
import Testing

/// The default model, as `make setup` imports it, against OpenVINO (one w in every slot) and the network's own
/// PyTorch modules in double precision (another w in every slot).
@Suite(.serialized) struct RealWeightsTests {
    let golden: Golden
    let generator: any Generator
    let baked: [NoiseMap]

    init() throws {
        golden = try Golden(contentsOf: goldenURL("real.safetensors", of: "GeneratorsTests"))
        let url = try installedModel()
        generator = try ModelStore(home: url.deletingLastPathComponent().deletingLastPathComponent())
            .load("mobilestylegan-ffhq-1024").makeGenerator(threads: 2)
        baked = generator.specification.noiseSides.map { _ in .baked }
    }

    /// 64 pixels at fixed places in every channel, and the mean of each 32×32 box.
    private func expectSummary(of image: Tensor<Float>, _ name: String) throws {
        var pixels: [Float] = []
        var boxes = [Double](repeating: 0, count: 3 * 32 * 32)
        for c in 0..<3 {
            for k in 0..<64 {
                pixels.append(image[(c * 1024 + (k * 389 + 7) % 1024) * 1024 + (k * 613 + 29) % 1024])
            }
            for y in 0..<1024 {
                for x in 0..<1024 {
                    boxes[(c * 32 + y / 32) * 32 + x / 32] += Double(image[(c * 1024 + y) * 1024 + x]) / 1024
                }
            }
        }
        try expectClose(
            Tensor(pixels, shape: [3, 64]), golden.tensor("\(name).pixels"), absolute: 1e-4, "\(name) pixels")
        try expectClose(
            Tensor(boxes.map { Float($0) }, shape: [3, 32, 32]), golden.tensor("\(name).boxes"),
            absolute: 2e-4, "\(name) boxes")
    }

    @Test func matchesOpenVINOWhereEverySlotIsTheSame() throws {
        let w: Tensor<Float> = try golden.tensor("w")
        let row = w.item(0).elements
        let tied = Tensor((0..<16).flatMap { _ in row }, shape: [16, 512])
        var image = Tensor<Float>(zeros: [3, 1024, 1024])
        generator.forward(w: tied, noise: baked, image: &image)
        try expectSummary(of: image, "tied")
    }

    @Test func matchesPyTorchWhereEverySlotDiffers() throws {
        var image = Tensor<Float>(zeros: [3, 1024, 1024])
        try generator.forward(w: golden.tensor("w"), noise: baked, image: &image)
        try expectSummary(of: image, "mixed")

        var dImage = Tensor<Float>(zeros: image.shape)
        dImage.withUnsafeMutableBufferPointer { elements in
            for i in elements.indices {
                let (c, y, x) = (i / (1024 * 1024), i / 1024 % 1024, i % 1024)
                let angle = 0.37 * Double(c) + 0.011 * Double(y) + 0.017 * Double(x)
                elements[i] = Float(cos(angle) / (1024 * 1024))
            }
        }
        var dW = Tensor<Float>(zeros: [16, 512])
        var dNoise: [Tensor<Float>?] = baked.map { _ in nil }
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
        let expected: Tensor<Float> = try golden.tensor("dW")
        let error = relativeError(dW, expected)
        #expect(error < 1e-3, "relative error of the latent gradient \(error)")
        #expect(cosine(dW, expected) > 0.999999)
    }
}
