import Clapacke
import Engine
import Foundation
import Generators
import Tensors

/// Learns from a generator's own pictures which pictures look like them: ridge regression on random features, towards 1
/// for its thumbnails and −1 for scrambled ones.
///
/// Source: Rahimi and Recht, "Random features for large-scale kernel machines" (2007); learning what does not belong from
/// transformed samples of what does, Golan and El-Yaniv, "Deep anomaly detection using geometric transformations" (2018).
struct LikenessTraining {
    static let side = EncoderTraining.side
    private static let features = 1500
    /// How often each sample is shown, each time with another sample scrambled.
    private static let rounds = 10
    /// A share of the samples says how far down answers for the generator's own pictures go.
    private static let heldOut = 5
    /// The share of those that is declined.
    private static let declined = 0.01

    /// Thumbnails, [samples, 3 · side · side] in 0…1.
    let pictures: Tensor<Float>

    /// - Returns: nil where the numbers do not allow it: too few samples, or pictures that are all alike.
    func likeness() -> FaceLikeness? {
        let count = pictures.shape[0]
        let learned = count - count / Self.heldOut
        guard learned > 1, count > learned else { return nil }
        let (weights, biases) = randomFeatures()
        guard let answer = solve(weights, biases, learned: learned) else { return nil }
        var examples = LikenessExamples(side: Self.side, stream: 5)
        let unseen = (0..<4 * (count - learned)).map {
            examples.kept(picture(learned + $0 % (count - learned)))
        }
        let scores = product(responses(to: unseen, weights, biases), answer).sorted()
        let limit = scores[Int(Self.declined * Double(scores.count))]
        // Scores are around ±1; the logistic function takes the limit to ½.
        let gain: Float = 4
        let matrix = Tensor((0..<Self.features).map { gain * answer[$0] }, shape: [1, Self.features])
        let bias = Tensor([gain * (answer[Self.features] - limit)], shape: [1])
        let layers: [LayerChain.Layer] = [
            .dense(weight: weights, bias: biases), .dense(weight: matrix, bias: bias),
        ]
        return LayerChain(side: Self.side, layers: layers).flatMap(FaceLikeness.init)
    }

    private func picture(_ index: Int) -> Tensor<Float> {
        let size = pictures.shape[1]
        return Tensor((0..<size).map { pictures[index * size + $0] }, shape: [3, Self.side, Self.side])
    }

    /// Random weights [features, 3 · side · side], mostly of luminance, and biases [features].
    private func randomFeatures() -> (weights: Tensor<Float>, biases: Tensor<Float>) {
        let (features, plane) = (Self.features, Self.side * Self.side)
        let random = CounterRandom(seed: 0x5055_4C53_4521, stream: 3)
        let normals: Tensor<Float> = random.normals(shape: [features, 2 * plane + 1])
        var weights = Tensor<Float>(zeros: [features, 3 * plane])
        var biases = Tensor<Float>(zeros: [features])
        let scale = 1 / Float(plane).squareRoot()
        for feature in 0..<features {
            let base = feature * (2 * plane + 1)
            for i in 0..<plane {
                let (light, colour) = (scale * normals[base + i], 0.5 * scale * normals[base + plane + i])
                weights[feature * 3 * plane + i] = 0.299 * light + colour
                weights[feature * 3 * plane + plane + i] = 0.587 * light
                weights[feature * 3 * plane + 2 * plane + i] = 0.114 * light - colour
            }
            biases[feature] = 0.5 * normals[base + 2 * plane]
        }
        return (weights, biases)
    }

    /// The features of pictures, with a constant as the last, [pictures, features + 1].
    private func responses(
        to pictures: [Tensor<Float>], _ weights: Tensor<Float>, _ biases: Tensor<Float>
    ) -> Tensor<Float> {
        let (size, features) = (weights.shape[1], Self.features)
        let columns = pictures.map { FaceLikeness.standardised($0) }
        var matrix = Tensor<Float>(zeros: [size, pictures.count])
        for (column, picture) in columns.enumerated() {
            for i in 0..<size { matrix[i * pictures.count + column] = picture[i] }
        }
        let products = matrixMultiply(weights, matrix)
        var result = Tensor<Float>(zeros: [pictures.count, features + 1])
        for row in 0..<pictures.count {
            for feature in 0..<features {
                let value = products[feature * pictures.count + row] + biases[feature]
                result[row * (features + 1) + feature] = value > 0 ? value : 0.2 * value
            }
            result[row * (features + 1) + features] = 1
        }
        return result
    }

    /// (RᵀR + ridge · n · I) a = Rᵀ t over the learned samples and as many scrambled ones, in every round.
    /// - Returns: a, [features + 1].
    private func solve(_ weights: Tensor<Float>, _ biases: Tensor<Float>, learned: Int) -> [Float]? {
        let width = Self.features + 1
        var matrix = [Double](repeating: 0, count: width * width)
        var right = [Double](repeating: 0, count: width)
        var examples = LikenessExamples(side: Self.side, stream: 4)
        for _ in 0..<Self.rounds {
            let own = (0..<learned).map { examples.kept(picture($0)) }
            let others = (0..<learned).map { examples.scrambled(picture($0)) }
            let responses = responses(to: own + others, weights, biases)
            let squares = matrixMultiply(PackedMatrix(responses, transposed: true), responses)
            for i in 0..<width * width { matrix[i] += Double(squares[i]) }
            for row in 0..<2 * learned {
                for i in 0..<width {
                    right[i] += Double(
                        row < learned ? responses[row * width + i] : -responses[row * width + i])
                }
            }
        }
        let ridge = 3e-4 * Double(2 * learned * Self.rounds)
        for i in 0..<width { matrix[i * width + i] += ridge }
        let status = LAPACKE_dposv(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "U")), Int32(width), 1, &matrix, Int32(width), &right, 1)
        guard status == 0, right.allSatisfy(\.isFinite) else { return nil }
        return right.map { Float($0) }
    }

    private func product(_ responses: Tensor<Float>, _ answer: [Float]) -> [Float] {
        (0..<responses.shape[0]).map { row in
            answer.indices.reduce(0) { $0 + responses[row * answer.count + $1] * answer[$1] }
        }
    }
}
