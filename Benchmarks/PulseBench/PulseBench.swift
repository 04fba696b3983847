import Engine
import Foundation
import Generators

/// Our contestant in `Benchmarks/run.py`: one piece of work for each line it is sent.
///
///     PulseBench serve MODEL THREADS SIDE      answers the words of `Server`
///     PulseBench allocations MODEL THREADS SIDE [fast|classic]
///     PulseBench curves MODEL THREADS OPTIONS COUNT PICTURE...
///     PulseBench fit OPERATOR THREADS INPUT SEARCHED RESULT...
///     PulseBench generator MODEL THREADS       answers the requests of `GeneratorPipe`
@main
struct PulseBench {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4, let threads = Int(arguments[3]) else {
            fail(
                "usage: PulseBench serve|allocations MODEL THREADS SIDE, or PulseBench generator MODEL THREADS"
            )
        }
        let side = arguments.count > 4 ? Int(arguments[4]) ?? 32 : 32
        if arguments[1] == "fit" {
            return try fitPictures(operator: arguments[2], threads: threads, Array(arguments.dropFirst(4)))
        }
        let model = try TimedModel(arguments[2])
        switch arguments[1] {
        case "generator": try GeneratorPipe(generator: try model.makeGenerators(1, threads: threads)[0]).run()
        case "serve": try Server(model: model, threads: threads, side: side).run()
        case "curves":
            guard case .stored(let stored) = model else { fail("curves are of imported models") }
            try printCurves(Array(arguments.dropFirst(4)), model: stored, threads: threads)
        case "allocations":
            try countAllocations(
                model: model, threads: threads, side: side,
                mode: arguments.count > 5 ? arguments[5] : "classic")
        default: fail("unknown job '\(arguments[1])'")
        }
    }
}

/// Answers one line for each line of standard input. What a word needs is made when the word first comes, so
/// that the peak of a process is that of the jobs it was given.
final class Server {
    private let model: TimedModel
    private let threads: Int
    private let side: Int
    private var passes: GeneratorPasses?
    private var search: SearchSteps?
    private var batch: SearchSteps?
    private var layers: LayerTimes?
    private var copy: CopyBandwidth?
    private var products: [String: MatrixProduct] = [:]

    init(model: TimedModel, threads: Int, side: Int) {
        (self.model, self.threads, self.side) = (model, threads, side)
    }

    func run() throws {
        answer("ready \(Kernels.default.name) kernels")
        while let line = readLine() { answer(try reply(to: line)) }
    }

    private func reply(to line: String) throws -> String {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "forward": return seconds(try made(&passes) { try makePasses() }.forward)
        case "both": return seconds(try made(&passes) { try makePasses() }.both)
        case "step": return seconds(try made(&search) { try makeSearch(candidates: 1) }.round)
        case "batch4": return seconds(try made(&batch) { try makeSearch(candidates: 4) }.round)
        case "layers":
            guard case .stored(let model) = model,
                let configuration = model.synthesis as? MobileStyleGANConfiguration
            else { return "only a MobileStyleGAN is timed by layers" }
            return made(&layers) { LayerTimes(configuration: configuration, threads: threads) }.json()
        case "copy": return seconds(made(&copy) { CopyBandwidth(threads: threads) }.run)
        case "gemm":
            let sizes = words.dropFirst().compactMap { Int($0) }
            guard sizes.count == 3 else { return "gemm wants M K N" }
            return seconds(
                made(&products[line]) { MatrixProduct(sizes[0], sizes[1], sizes[2], threads: threads) }
                    .run)
        case "peak": return peakMegabytes()
        default: return "unknown word '\(line)'"
        }
    }

    private func makePasses() throws -> GeneratorPasses {
        GeneratorPasses(generator: try model.makeGenerators(1, threads: threads)[0])
    }

    private func makeSearch(candidates: Int) throws -> SearchSteps {
        try SearchSteps(model: model, threads: threads, side: side, candidates: candidates)
    }

    private func made<Value>(_ value: inout Value?, by make: () throws -> Value) rethrows -> Value {
        if let value { return value }
        let made = try make()
        value = made
        return made
    }
}

func seconds(_ body: () -> Void) -> String { String(ContinuousClock().measure(body) / .seconds(1)) }

func answer(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}

/// Largest resident size of this process up to now, in 10⁶ bytes.
private func peakMegabytes() -> String {
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
