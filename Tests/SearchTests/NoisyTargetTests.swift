import Degradation
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@testable import Search

/// What has damaged an input is found where it is there, and not in clean pictures of faces.
@Suite struct NoisyTargetTests {
    @Test(arguments: [11, 12], [16, 32, 64]) func cleanFacesHaveNone(seed: Int, side: Int) throws {
        let clean = try face(seed, side)
        let target = NoisyTarget(clean, noise: nil)
        #expect(target.noise == nil && target.outliers == nil && target.deviation == 0)
        #expect(target.tensor.elements == clean.elements)
        // Where there is nothing, the fit is to the input itself.
        #expect(target.aim(from: Tensor(zeros: clean.shape)).elements == clean.elements)
    }

    @Test(arguments: [11, 12], [32, 64]) func noiseWithoutColourIsMeasured(seed: Int, side: Int) throws {
        for deviation in [15.0, 20, 25] {
            guard
                case .grey(let found)? = NoisyTarget(grainy(try face(seed, side), deviation), noise: nil)
                    .noise
            else {
                Issue.record("grey noise of \(deviation) was not found")
                continue
            }
            #expect(abs(found / deviation - 1) < 0.25, "\(found) for \(deviation)")
        }
    }

    @Test(arguments: [11, 12], [16, 32, 64]) func noiseOfColoursIsTold(seed: Int, side: Int) throws {
        for deviation in [20.0, 50] {
            let found = NoisyTarget(grainy(try face(seed, side), deviation, isGrey: false), noise: nil).noise
            #expect(found?.kind == .colour, "\(String(describing: found)) for \(deviation)")
        }
    }

    /// Single pixels of a face are as fine as grey noise.
    @Test func greyNoiseIsNotLookedForInSinglePixels() throws {
        let picture = grainy(try face(11, 32), 20)
        let nearest = Resampling(filter: .nearest, from: 64, to: 32)
        #expect(NoisyTarget(picture, noise: nil, degradation: nearest).noise == nil)
        let bicubic = Resampling(from: 64, to: 32)
        #expect(NoisyTarget(picture, noise: nil, degradation: bicubic).noise?.kind == .grey)
    }

    @Test func whatIsSaidIsTaken() throws {
        let clean = try face(11, 16)
        #expect(NoisyTarget(clean, noise: .grey(7)).deviation == 7)
        #expect(NoisyTarget(clean, noise: .colour(0)).noise == nil)
        #expect(NoisyTarget(grainy(clean, 25, isGrey: false), noise: .colour(0)).noise == nil)
        #expect(NoisyTarget(clean, noise: .saltAndPepper).outliers != nil)
    }

    /// Grey noise is taken out of the mean of the colours, and their differences are followed.
    @Test func greyNoiseIsNotFollowed() throws {
        let clean = try face(11, 32)
        let target = NoisyTarget(grainy(clean, 20), noise: nil)
        let aim = target.aim(from: clean)
        #expect(levels(aim, clean) < 8)
        let tinted = Tensor<Float>(
            clean.elements.enumerated().map { $1 + ($0 < 1024 ? 0.1 : -0.05) }, shape: clean.shape)
        let followed = target.aim(from: tinted)
        let count = 1024
        let kept = (0..<count).map {
            followed[$0] - followed[count + $0] - (target.tensor[$0] - target.tensor[count + $0])
        }
        // Only what is cut at black and white is missing.
        #expect(kept.filter { abs($0) > 1e-4 }.count < count / 10)
    }

    @Test func judgementsNameTheNoise() throws {
        func judgement(_ noise: InputNoise?) throws -> Judgement {
            var judgement = Judgement(searchedRMS: 1, searchedFaceRMS: 1, isConvincing: true)
            NoisyTarget(try face(11, 32), noise: noise).describe(in: &judgement)
            return judgement
        }
        #expect(try judgement(nil) == Judgement(searchedRMS: 1, searchedFaceRMS: 1, isConvincing: true))
        let grey = try judgement(.grey(9))
        #expect(grey.inputNoiseKind == .grey && grey.inputNoise == 9 && grey.jpegQuality == nil)
        let jpeg = try judgement(.jpeg(quality: 50))
        #expect(jpeg.inputNoiseKind == .jpeg && jpeg.jpegQuality == 50)
        #expect(abs(try #require(jpeg.inputNoise) - 12) < 1e-9)
        let salt = try judgement(.saltAndPepper)
        #expect(salt.inputNoiseKind == .saltAndPepper && salt.inputNoise == nil)
        #expect(try #require(salt.outlierPercent) < 1)
    }
}

/// Noise as text and in reports.
@Suite struct InputNoiseTextTests {
    @Test(arguments: [
        ("12.5", InputNoise.colour(12.5)), ("colour:3", .colour(3)), ("grey:20", .grey(20)),
        ("jpeg:40", .jpeg(quality: 40)), ("salt-and-pepper", .saltAndPepper),
    ]) func isReadFromText(text: String, noise: InputNoise) throws {
        #expect(InputNoise(text) == noise && InputNoise(noise.description) == noise)
        let data = try JSONEncoder().encode([noise])
        #expect(try JSONDecoder().decode([InputNoise].self, from: data) == [noise])
    }

    @Test(arguments: ["", "grey", "grey:", "grey:x", "jpeg:4.5", "jpeg", "salt-and-pepper:3", "rain:3", ":"])
    func refusesOtherText(text: String) {
        #expect(InputNoise(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([InputNoise].self, from: JSONEncoder().encode([text]))
        }
    }

    /// Reports had a number before there were kinds.
    @Test func numbersAreNoiseOfColours() throws {
        let data = Data("[6]".utf8)
        #expect(try JSONDecoder().decode([InputNoise].self, from: data) == [.colour(6)])
        #expect(try JSONEncoder().encode([InputNoise.colour(6)]) == data)
    }

    @Test func amountsHaveLimits() {
        #expect(InputNoise.colour(64).isPossible && !InputNoise.colour(65).isPossible)
        #expect(!InputNoise.grey(-1).isPossible && !InputNoise.colour(.nan).isPossible)
        #expect(InputNoise.jpeg(quality: 1).isPossible && !InputNoise.jpeg(quality: 101).isPossible)
    }
}

/// A generated face, clean, [3, side, side].
func face(_ seed: Int, _ side: Int) throws -> Tensor<Float> {
    try Picture(contentsOf: goldenURL("noise/\(seed)-\(side).png")).tensor()
}

/// With Gaussian noise, in 8 bits.
func grainy(_ picture: Tensor<Float>, _ deviation: Double, isGrey: Bool = true) -> Tensor<Float> {
    let (random, count) = (CounterRandom(seed: 8, stream: 3), picture.count / 3)
    var result = picture
    for i in 0..<result.count {
        result[i] += Float(deviation / 255 * random.normal(UInt64(isGrey ? i % count : i)))
    }
    return Picture(result).tensor()
}

/// The root mean square difference in grey levels.
func levels(_ a: Tensor<Float>, _ b: Tensor<Float>) -> Double {
    255
        * (zip(a.elements, b.elements).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        / Double(a.count))
        .squareRoot()
}
