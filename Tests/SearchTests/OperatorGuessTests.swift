import Degradation
import Foundation
import Generators
import Tensors
import TestSupport
import Testing

@testable import Search

/// By which operator a target was made small: what is looked at, the default model's answers, and what counts as one.
@Suite struct OperatorGuessTests {
    // MARK: The default model's

    @Test(arguments: [12, 16, 32]) func featuresAndAnswersAreThoseOfTheLearning(side: Int) throws {
        let golden = try Golden("operators")
        let (pictures, features, answers): (Tensor<Float>, Tensor<Float>, Tensor<Float>) = (
            try golden.tensor("pictures.\(side)"), try golden.tensor("features.\(side)"),
            try golden.tensor("answers.\(side)")
        )
        let classifier = try Self.installed()
        #expect(classifier.names == OperatorKind.all.map(\.name))
        #expect(features.shape == [pictures.shape[0], OperatorFeatures.count])
        for i in 0..<pictures.shape[0] {
            let found = OperatorFeatures.of(pictures.item(i))
            for k in 0..<found.count {
                #expect(abs(found[k] - Double(features[i * found.count + k])) < 2e-3, "\(i), feature \(k)")
            }
            let logs = classifier(found)
            #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-9)
            for k in 0..<6 { #expect(abs(logs[k] - Double(answers[i * 6 + k])) < 1e-2, "\(i), \(k)") }
        }
    }

    /// Faces of the generator, made small by each operator in turn: the pixels taken as they are are recognised, and where
    /// a choice is made it is right.
    @Test func noneIsTakenForAnother() throws {
        let pictures: Tensor<Float> = try Golden("operators").tensor("pictures.16")
        let classifier = try Self.installed()
        for i in 0..<pictures.shape[0] {
            let (guess, truth) = (try #require(classifier.guess(pictures.item(i))), classifier.names[i % 6])
            #expect(guess.isUndetermined || guess.likeliest == truth, "\(i): \(guess)")
            if truth == "nearest" { #expect(!guess.isUndetermined && guess.likeliest == truth, "\(guess)") }
            if truth == "bicubic" { #expect(guess.isUndetermined, "\(guess)") }
        }
    }

    @Test func sidesThatItHasNotSeenAreNotGuessed() throws {
        let classifier = try Self.installed()
        for side in [15, 65] { #expect(classifier.guess(Tensor(zeros: [3, side, side])) == nil) }
        for side in [16, 64] { #expect(classifier.guess(Tensor(zeros: [3, side, side])) != nil) }
    }

    // MARK: Guesses

    @Test func aGuessHasTheOddsAgainstAllOthers() throws {
        let probabilities = [0.04, 0.93, 0.03]
        let guess = try #require(
            OperatorGuess(names: ["a", "b", "c"], logProbabilities: probabilities.map { log($0) }))
        #expect(guess.likeliest == "b" && guess.next == "a")
        #expect(abs(guess.margin - log(0.93 / 0.07)) < 1e-9 && !guess.isUndetermined)
    }

    @Test(arguments: [[0.5, 0.5], [0.08, 0.92], [0.9, 0.1]]) func smallMarginsDoNotDecide(_ p: [Double])
        throws
    {
        let guess = try #require(OperatorGuess(names: ["a", "b"], logProbabilities: p.map { log($0) }))
        #expect(guess.isUndetermined)
    }

    @Test func whatIsNoNumberDoesNotDecide() throws {
        let guess = try #require(OperatorGuess(names: ["a", "b"], logProbabilities: [.nan, .nan]))
        #expect(guess.isUndetermined)
        #expect(OperatorGuess(names: ["a"], logProbabilities: [0]) == nil)
        let sure = try #require(OperatorGuess(names: ["a", "b"], logProbabilities: [0, -.infinity]))
        #expect(sure.margin.isFinite && !sure.isUndetermined)
    }

    // MARK: Features

    /// A grey wave along one axis has all its energy in one pair of bands, whichever the axis.
    @Test(arguments: [8, 20, 33], [false, true]) func aWaveIsInItsBand(side: Int, isUpright: Bool) {
        for k in 1..<side {
            let picture = Tensor<Float>(
                (0..<3 * side * side).map { i in
                    let place = isUpright ? i % (side * side) / side : i % side
                    return 0.5 + 0.1
                        * Float(cos(Double.pi * (Double(place) + 0.5) * Double(k) / Double(side)))
                }, shape: [3, side, side])
            let features = OperatorFeatures.of(picture)
            #expect(features.count == OperatorFeatures.count && features.last == log2(Double(side)))
            let band = k * 5 / side
            let pairs = (0..<side * side).count { i in
                let (row, column) = (i / side * 5 / side, i % side * 5 / side)
                return i > 0 && min(row, column) == 0 && max(row, column) == band
            }
            let energy = 25.5 * 25.5 * Double(side * side) / 2 / Double(pairs)
            for (i, feature) in features.dropLast().enumerated() {
                #expect(abs(feature - log((i == band ? energy : 0) + 0.3)) < 1e-3, "wave \(k), feature \(i)")
            }
        }
    }

    @Test func theMeanOfThePictureDoesNotCount() {
        let flat = Tensor<Float>(Array(repeating: 0.4, count: 768), shape: [3, 16, 16])
        #expect(OperatorFeatures.of(flat).dropLast().allSatisfy { abs($0 - log(0.3)) < 1e-3 })
    }

    // MARK: -

    /// From the encoder file of this checkout.
    private static func installed() throws -> OperatorClassifier {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Tools/encoder/mobilestylegan-ffhq-1024.safetensors").standardized
        let stored = try Golden(contentsOf: file)
        let layers = try (0..<3).map { i -> OperatorClassifier.Layer in
            OperatorClassifier.Layer(
                weight: try stored.tensor("operators.\(i).weight"),
                bias: try stored.tensor("operators.\(i).bias"))
        }
        return try #require(
            OperatorClassifier(names: OperatorKind.all.map(\.name), sides: 16...64, layers: layers))
    }
}
