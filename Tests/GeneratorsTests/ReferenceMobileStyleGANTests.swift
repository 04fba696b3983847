import ReferenceOps
import Tensors
import TestSupport
import Testing

/// The tiny MobileStyleGAN of `tiny.safetensors`: 64 pixels, four blocks' worth of channels, odd ones among them.
struct TinyMobileStyleGAN {
    static let channels = [16, 20, 12, 8]
    static let styleDim = 24
    static let seed: UInt64 = 64

    let golden: Golden
    let weights: Golden

    init(besideTest file: String = #filePath) throws {
        golden = try Golden("tiny", besideTest: file)
        weights = try Golden("tiny_weights", besideTest: file)
    }

    func parameter(_ name: String) -> Tensor<Float>? { try? weights.tensor(name) }

    func reference<Scalar>(_ type: Scalar.Type) -> ReferenceMobileStyleGAN<Scalar> {
        ReferenceMobileStyleGAN(channels: Self.channels, tensor: parameter)
    }

    /// A different vector in every live slot.
    func w<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([2 * Self.channels.count, Self.styleDim], stream: 1, seed: Self.seed)
    }

    func dImage<Scalar>(_ type: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        randomTensor([3, 64, 64], stream: 2, seed: Self.seed)
    }

    func maps<Scalar>(_ sides: [Int], as type: Scalar.Type = Scalar.self) -> [Tensor<Scalar>] {
        sides.enumerated().map { randomTensor([$1, $1], stream: 100 + UInt64($0), seed: Self.seed) }
    }
}

/// Every fifth row and column of a picture.
func everyFifth<Scalar>(_ image: Tensor<Scalar>) -> Tensor<Scalar> {
    let (height, width) = (image.shape[1], image.shape[2])
    let rows = Array(stride(from: 0, to: height, by: 5))
    let columns = Array(stride(from: 0, to: width, by: 5))
    var picked: [Scalar] = []
    for c in 0..<image.shape[0] {
        for y in rows { for x in columns { picked.append(image[(c * height + y) * width + x]) } }
    }
    return Tensor(picked, shape: [image.shape[0], rows.count, columns.count])
}

/// The reference generator gives the original modules' numbers in Double: picture and gradients.
@Suite struct ReferenceMobileStyleGANTests {
    let tiny: TinyMobileStyleGAN

    init() throws { tiny = try TinyMobileStyleGAN() }

    @Test func specificationIsTheFamilys() {
        let specification = tiny.reference(Float.self).specification
        #expect(specification.resolution == 64)
        #expect(specification.slotCount == 11)
        #expect(specification.liveSlots == [0, 1, 2, 4, 5, 7, 8, 9])
        #expect(specification.noiseSides == [4, 8, 8, 16, 16, 32, 32])
    }

    @Test func matchesPyTorch() throws {
        let generator = tiny.reference(Double.self)
        let sides = generator.specification.noiseSides
        let maps = tiny.maps(sides, as: Double.self)
        var image = Tensor<Double>(zeros: [3, 64, 64])
        generator.forward(w: tiny.w(), noise: maps.map { .map($0) }, image: &image)
        expectClose(image, try tiny.golden.tensor("image"), absolute: 1e-10, "picture")

        var dW = Tensor<Double>(zeros: [8, 24])
        var dNoise: [Tensor<Double>?] = sides.map { Tensor(zeros: [$0, $0]) }
        dNoise[3] = nil
        generator.backward(dImage: tiny.dImage(), dW: &dW, dNoise: &dNoise)
        expectClose(dW, try tiny.golden.tensor("dW"), absolute: 1e-10, relative: 1e-10, "latent gradient")
        for i in sides.indices where i != 3 {
            try expectClose(
                #require(dNoise[i]), tiny.golden.tensor("dNoise.\(i)"), absolute: 1e-10, "noise \(i)")
        }
        #expect(dNoise[3] == nil)

        generator.forward(w: tiny.w(), noise: sides.map { _ in .baked }, image: &image)
        expectClose(everyFifth(image), try tiny.golden.tensor("every5.baked"), absolute: 1e-10, "baked noise")
        generator.forward(w: tiny.w(), noise: sides.map { _ in .zero }, image: &image)
        expectClose(everyFifth(image), try tiny.golden.tensor("every5.zero"), absolute: 1e-10, "no noise")
    }

    @Test func gradientMatchesFiniteDifferences() throws {
        let generator = tiny.reference(Double.self)
        let sides = generator.specification.noiseSides
        let maps = tiny.maps(sides, as: Double.self)
        let dImage = tiny.dImage(Double.self)
        var image = Tensor<Double>(zeros: [3, 64, 64])
        func loss(_ w: Tensor<Double>, _ maps: [Tensor<Double>]) -> Double {
            generator.forward(w: w, noise: maps.map { .map($0) }, image: &image)
            return dot(image, dImage)
        }
        _ = loss(tiny.w(), maps)
        var dW = Tensor<Double>(zeros: [8, 24])
        var dNoise: [Tensor<Double>?] = sides.map { Tensor(zeros: [$0, $0]) }
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)

        let v: Tensor<Double> = randomTensor([8, 24], stream: 7)
        let alongW = directionalDerivative(at: tiny.w(), along: v, step: 1e-7) { loss($0, maps) }
        #expect(abs(alongW - dot(dW, v)) < 1e-5 * abs(alongW), "\(alongW) and \(dot(dW, v))")
        for i in [0, 4] {
            let n: Tensor<Double> = randomTensor([sides[i], sides[i]], stream: 8)
            let alongNoise = directionalDerivative(at: maps[i], along: n, step: 1e-7) { map in
                var changed = maps
                changed[i] = map
                return loss(tiny.w(), changed)
            }
            let claimed = try dot(#require(dNoise[i]), n)
            #expect(abs(alongNoise - claimed) < 1e-5 * abs(alongNoise), "\(alongNoise) and \(claimed)")
        }
    }
}
