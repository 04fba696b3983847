import Foundation
import Tensors
import TestSupport
import Testing

@testable import Generators

@Suite struct ModelStatisticsTests {
    static func tinyMapping() throws -> MappingNetwork {
        try MappingNetwork(TinyModel.graph(TinyModel.mapping))
    }

    @Test func agreeWithADirectComputation() throws {
        let mapping = try Self.tinyMapping()
        let (count, size) = (1501, mapping.size)
        let statistics = try LatentStatistics(of: mapping, sampleCount: count)
        let z: Tensor<Float> = LatentStatistics.random.normals(shape: [count, size])
        let v = mapping(z).map { Double($0 < 0 ? 5 * $0 : $0) }
        let mean = (0..<size).map { i in (0..<count).reduce(0) { $0 + v[$1 * size + i] } / Double(count) }
        var covariance = Tensor<Double>(zeros: [size, size])
        for i in 0..<size {
            for j in 0..<size {
                covariance[i * size + j] =
                    (0..<count).reduce(0) { sum, n in
                        sum + (v[n * size + i] - mean[i]) * (v[n * size + j] - mean[j])
                    } / Double(count - 1)
            }
        }
        expectClose(statistics.mean.map { Double($0) }, Tensor(mean, shape: [size]), absolute: 1e-6, "mean")
        for i in 0..<size {
            #expect(
                abs(Double(statistics.standardDeviation[i]) - covariance[i * size + i].squareRoot()) < 1e-6)
        }

        let (values, vectors) = (statistics.eigenvalues, statistics.eigenvectors)
        #expect(zip(values.elements, values.elements.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(values[size - 1] >= 0)
        var rebuilt = Tensor<Double>(zeros: [size, size])
        for k in 0..<size {
            let row = vectors.item(k)
            #expect(abs(dot(row, row) - 1) < 1e-6)
            #expect(row.elements.max { abs($0) < abs($1) } ?? 0 > 0, "the sign is settled")
            for i in 0..<size {
                for j in 0..<size {
                    rebuilt[i * size + j] += Double(values[k]) * Double(row[i]) * Double(row[j])
                }
            }
        }
        expectClose(rebuilt, covariance, absolute: 2e-6, "covariance from its principal axes")
    }

    @Test func areTheSameEveryTime() throws {
        let mapping = try Self.tinyMapping()
        let first = try LatentStatistics(of: mapping, sampleCount: 3000)
        let second = try LatentStatistics(of: mapping, sampleCount: 3000)
        #expect(first.mean == second.mean)
        #expect(first.standardDeviation == second.standardDeviation)
        #expect(first.eigenvalues == second.eigenvalues)
        #expect(first.eigenvectors == second.eigenvectors)
    }

    @Test func refuseANetworkThatOverflows() {
        let weight = Tensor<Float>(Array(repeating: 1e30, count: 16), shape: [4, 4])
        let mapping = MappingNetwork(
            weights: [weight, weight], biases: Array(repeating: Tensor(zeros: [4]), count: 2), gain: 1)
        let error = #expect(throws: ModelError.self) { try LatentStatistics(of: mapping, sampleCount: 500) }
        guard case .latentsNotFinite? = error else {
            Issue.record("infinite latents were measured")
            return
        }
    }
}
