import Foundation
import Generators
import ReferenceOps
import Tensors

/// The generator of Tools/goldens/search_toy.py, whose weights are drawn from seed 2020:
/// h = tanh(A w / 96); grid = tanh(B h / √32 + 0.3 Σ noise maps enlarged to the grid);
/// image = grid enlarged 32 times + tanh(C h / √32)·texture.
final class ToyGenerator: ReferenceGenerator {
    static var hidden: Int { 32 }
    static var grid: Int { 32 }

    let specification: GeneratorSpecification
    /// A, [32, L·512]; B, [3·32·32, 32]; C, [3, 32].
    private let (a, b, c): (Tensor<Double>, Tensor<Double>, Tensor<Double>)
    /// Element (7y + 3x) mod 64 is the texture's value at (x, y).
    private let texture: [Double] = (0..<64).map { Double($0) / 64 - 0.5 }
    private var h: [Double] = []
    private var grid: [Double] = []
    private var amplitude: [Double] = []
    private(set) var forwards = 0
    private(set) var backwards = 0

    init(
        layers: Int = 18, resolution: Int = 1024, noiseSides: [Int] = [4, 4, 8, 8, 16, 16, 32],
        storesNoise: Bool = true
    ) {
        specification = GeneratorSpecification(
            family: "Toy", resolution: resolution, latentSize: 512, slotCount: layers,
            liveSlots: Array(0..<layers), noiseSides: noiseSides, storesNoise: storesNoise)
        a = layers == 18 ? Self.a18 : weights(1, [Self.hidden, layers * 512])
        b = Self.b
        c = Self.c
    }

    private static let a18 = weights(1, [hidden, 18 * 512])
    private static let b = weights(2, [3 * grid * grid, hidden])
    private static let c = weights(3, [3, hidden])

    private var rootHidden: Double { Double(Self.hidden).squareRoot() }

    func forward(w: Tensor<Double>, noise: [ReferenceNoise<Double>], image: inout Tensor<Double>) {
        forwards += 1
        let (n, cells) = (specification.resolution, Self.grid * Self.grid)
        h = product(a, w.elements).map { squash($0 / 96) }
        var activation = product(b, h).map { $0 / rootHidden }
        for case .map(let map) in noise {
            let side = map.shape[0]
            for i in activation.indices {
                activation[i] += 0.3 * map[position(of: i % cells, on: side)]
            }
        }
        grid = activation.map(squash)
        amplitude = product(c, h).map { squash($0 / rootHidden) }
        let (grid, amplitude, texture) = (grid, amplitude, texture)
        let factor = n / Self.grid
        image.withUnsafeMutableBufferPointer { image in
            for row in 0..<3 * n {
                let (channel, y) = (row / n, row % n)
                let cells = (channel * Self.grid + y / factor) * Self.grid
                for x in 0..<n {
                    image[row * n + x] =
                        grid[cells + x / factor] + amplitude[channel] * texture[(7 * y + 3 * x) & 63]
                }
            }
        }
    }

    func backward(dImage: Tensor<Double>, dW: inout Tensor<Double>, dNoise: inout [Tensor<Double>?]) {
        backwards += 1
        let (n, cells) = (specification.resolution, Self.grid * Self.grid)
        var dGrid = [Double](repeating: 0, count: 3 * cells)
        var dAmplitude = [Double](repeating: 0, count: 3)
        let factor = n / Self.grid
        let texture = texture
        dImage.withUnsafeBufferPointer { dImage in
            for row in 0..<3 * n {
                let (channel, y) = (row / n, row % n)
                let cells = (channel * Self.grid + y / factor) * Self.grid
                for x in 0..<n {
                    let d = dImage[row * n + x]
                    dGrid[cells + x / factor] += d
                    dAmplitude[channel] += d * texture[(7 * y + 3 * x) & 63]
                }
            }
        }
        for i in dGrid.indices { dGrid[i] *= 1 - grid[i] * grid[i] }
        for i in 0..<3 { dAmplitude[i] *= (1 - amplitude[i] * amplitude[i]) / rootHidden }
        for k in dNoise.indices {
            guard var map = dNoise[k] else { continue }
            let side = map.shape[0]
            for i in 0..<map.count { map[i] = 0 }
            for i in dGrid.indices { map[position(of: i % cells, on: side)] += 0.3 * dGrid[i] }
            dNoise[k] = map
        }
        var dH = transposedProduct(b, dGrid.map { $0 / rootHidden })
        for (i, d) in transposedProduct(c, dAmplitude).enumerated() { dH[i] += d }
        for i in dH.indices { dH[i] *= (1 - h[i] * h[i]) / 96 }
        dW = Tensor(transposedProduct(a, dH), shape: dW.shape)
    }

    /// The element of a noise map of `side` that lies over a grid cell.
    private func position(of cell: Int, on side: Int) -> Int {
        let factor = Self.grid / side
        return cell / Self.grid / factor * side + cell % Self.grid / factor
    }

    private func squash(_ x: Double) -> Double { tanh(x) }
}

private func weights(_ stream: UInt64, _ shape: [Int]) -> Tensor<Double> {
    CounterRandom(seed: 2020, stream: stream).normals(shape: shape)
}

private func product(_ matrix: Tensor<Double>, _ x: [Double]) -> [Double] {
    let columns = matrix.shape[1]
    return matrix.withUnsafeBufferPointer { m in
        (0..<matrix.shape[0]).map { row in
            var sum = 0.0
            for i in 0..<columns { sum += m[row * columns + i] * x[i] }
            return sum
        }
    }
}

private func transposedProduct(_ matrix: Tensor<Double>, _ y: [Double]) -> [Double] {
    let columns = matrix.shape[1]
    var result = [Double](repeating: 0, count: columns)
    matrix.withUnsafeBufferPointer { m in
        for row in 0..<matrix.shape[0] {
            for i in 0..<columns { result[i] += m[row * columns + i] * y[row] }
        }
    }
    return result
}
