import Foundation
import Generators
import Imaging
import TensorEngine

/// Our contestant in `Benchmarks/run.py`: one search step or one forward pass for each line it is sent.
///
///     PulseBench MODEL THREADS SIDE
@main
struct PulseBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let threads = Int(arguments[2]), let side = Int(arguments[3]) else {
            FileHandle.standardError.write(Data("usage: PulseBench MODEL THREADS SIDE\n".utf8))
            exit(2)
        }
        let generator = try ModelStore().load(arguments[1]).makeGenerator(threads: threads)
        let work = SearchStep(generator: generator, side: side)
        answer("ready \(Kernels.default.name) kernels")
        while let line = readLine() {
            switch line {
            case "step": answer(seconds { work.step() })
            case "forward": answer(seconds { work.forward() })
            case "peak": answer(peakMegabytes())
            default: answer("unknown word '\(line)'")
            }
        }
    }

    private static func seconds(_ body: () -> Void) -> String {
        let clock = ContinuousClock()
        return String(clock.measure(body) / .seconds(1))
    }

    private static func answer(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Largest resident size of this process up to now.
    private static func peakMegabytes() -> String {
        var usage = rusage()
        #if canImport(Glibc)
            // Linux counts kilobytes here, macOS bytes.
            getrusage(RUSAGE_SELF.rawValue, &usage)
            return String(Double(usage.ru_maxrss) * 1024 / 1e6)
        #else
            getrusage(RUSAGE_SELF, &usage)
            return String(Double(usage.ru_maxrss) / 1e6)
        #endif
    }
}

/// One step of the classic search: 100·L2 + 0.05·GEOCROSS and its gradient to latents and five noise maps.
final class SearchStep {
    private let generator: any Generator<Float>
    private let downscale: DownscaleOperator
    private let w: Tensor<Float>
    private let noise: [NoiseMap<Float>]
    private let target: Tensor<Float>
    private var image, dImage, small, scratch, dW: Tensor<Float>
    private var dNoise: [Tensor<Float>?]

    init(generator: any Generator<Float>, side: Int) {
        self.generator = generator
        let specification = generator.specification
        let resolution = specification.resolution
        downscale = DownscaleOperator(from: resolution, to: side)
        w =
            (CounterRandom(seed: 1).normals(
                shape: [specification.liveSlots.count, specification.latentSize]) as Tensor<Float>).map {
                0.4 * $0
            }
        let trained = 5
        noise = specification.noiseSides.enumerated().map { index, side in
            index < trained
                ? .map(CounterRandom(seed: 1, stream: UInt64(index + 1)).normals(shape: [side, side]))
                : .baked
        }
        dNoise = specification.noiseSides.enumerated().map { index, side in
            index < trained ? Tensor(zeros: [side, side]) : nil
        }
        target = Tensor(repeatElement(0.5, count: 3 * side * side), shape: [3, side, side])
        image = Tensor(zeros: [3, resolution, resolution])
        dImage = image
        small = target
        scratch = Tensor(zeros: downscale.scratchShape())
        dW = Tensor(zeros: w.shape)
    }

    func forward() { generator.forward(w: w, noise: noise, image: &image) }

    func step() {
        forward()
        downscale.apply(image, into: &small, scratch: &scratch)
        // The picture is in −1…1, the loss in 0…1: D((x+1)/2) = (D(x)+1)/2.
        let scale = 100 / Float(small.count)
        for i in 0..<small.count { small[i] = scale * ((small[i] + 1) / 2 - target[i]) }
        downscale.applyAdjoint(small, into: &dImage, scratch: &scratch)
        generator.backward(dImage: dImage, dW: &dW, dNoise: &dNoise)
        addGeocrossGradient()
    }

    /// dW += 0.05·∂GEOCROSS/∂w, with θᵢⱼ = 2·atan2(|wᵢ−wⱼ|, |wᵢ+wⱼ|).
    private func addGeocrossGradient() {
        let (rows, size) = (w.shape[0], w.shape[1])
        dW.withUnsafeMutableBufferPointer { dW in
            w.withUnsafeBufferPointer { w in
                for i in 0..<rows {
                    for j in 0..<rows where j != i {
                        var (a, b): (Float, Float) = (1e-9, 1e-9)
                        for k in 0..<size {
                            let (u, v) = (w[i * size + k], w[j * size + k])
                            a += (u - v) * (u - v)
                            b += (u + v) * (u + v)
                        }
                        (a, b) = (a.squareRoot(), b.squareRoot())
                        let factor =
                            0.05 * 64 / Float(rows * rows) * 16 * atan2(a, b) / (a * a + b * b)
                        for k in 0..<size {
                            let (u, v) = (w[i * size + k], w[j * size + k])
                            dW[i * size + k] += factor * (b / a * (u - v) - a / b * (u + v))
                        }
                    }
                }
            }
        }
    }
}
