import ArgumentParser
import Files
import Foundation
import Search

/// `--progress`: how a search shows on standard error how far it is.
enum ProgressStyle: String, CaseIterable, ExpressibleByArgument {
    case auto, bar, plain, json, none

    /// A style that says what to do: `auto` is a bar on a terminal and plain lines elsewhere.
    var resolved: ProgressStyle {
        guard self == .auto else { return self }
        return isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
            ? .bar : .plain
    }
}

/// Shows the steps of the searches for one input after another.
final class ProgressReporter {
    private let style: ProgressStyle
    private let clock = ContinuousClock()
    private var input = ""
    /// "2/5" of the inputs, empty where there is one.
    private var position = ""
    private var candidates = 1
    /// Of a candidate that does not need more.
    private var steps = 1
    private var total = 1
    private var done = 0
    private var started: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?
    /// Of a job over many inputs, whose time counts instead of that of the input.
    private var job: JobClock?

    /// - Parameter total: how many inputs a job has whose whole time is to be shown; nil shows that of each input.
    init(style: ProgressStyle, total: Int? = nil) {
        self.style = style.resolved
        job = total.map { JobClock(total: $0) }
        started = clock.now
    }

    /// Starts on an input.
    /// - Parameters:
    ///   - steps: steps of each candidate.
    func begin(input: String, index: Int, of inputs: Int, candidates: Int, steps: Int) {
        self.input = input
        self.candidates = candidates
        position = inputs > 1 ? "\(index)/\(inputs)" : ""
        self.steps = steps
        (total, done) = (candidates * steps, 0)
        started = clock.now
        lastDrawn = nil
        job?.begin(index)
        if let job, style == .plain { printNote("\(job.text()): \(shown(FilePath(input)))") }
    }

    /// Work on the input has ended.
    func end() { job?.end() }

    func show(_ step: SearchStep) {
        done += 1
        // A candidate that takes more steps than others says so when the first of them is taken.
        if step.index == steps + 1 { total += step.total - steps }
        switch style {
        case .json: writeToStandardError(json(step) + "\n")
        case .bar:
            let isDue = lastDrawn.map { clock.now - $0 > .milliseconds(100) } ?? true
            if isDue || done == total { draw(step) }
        case .plain:
            // At the first step, then at every tenth of the way; of many inputs, one line each is enough.
            guard job == nil else { return }
            guard done == 1 || done * 10 / total > (done - 1) * 10 / total else { return }
            let prefix = position.isEmpty ? "" : "\(position) "
            printNote("\(prefix)\(input): \(facts(step).joined(separator: ", "))")
        case .auto, .none: break
        }
    }

    /// Takes a bar off the screen, so that other text can follow.
    func clear() {
        guard style == .bar, lastDrawn != nil else { return }
        writeToStandardError("\r\u{1B}[K")
        lastDrawn = nil
    }

    /// What there is to say after a step.
    private func facts(_ step: SearchStep) -> [String] {
        let rms = 255 * step.bestFit.squareRoot()
        if let job {
            let share = Double(done) / Double(max(total, 1))
            return [job.text(share: share), "best rms \(decimals(rms, 1))"]
        }
        let candidate = candidates > 1 ? ["candidate \(step.candidate) of \(candidates)"] : []
        return candidate + ["step \(step.index) of \(step.total)", "best rms \(decimals(rms, 1))", remaining]
    }

    private var remaining: String {
        let elapsed = seconds(clock.now - started)
        let left = elapsed / Double(max(done, 1)) * Double(total - done)
        let whole = Int(left.rounded(.up))
        return whole < 100 ? "\(whole) s left" : "\((whole + 59) / 60) min left"
    }

    private func draw(_ step: SearchStep) {
        lastDrawn = clock.now
        let name = [job == nil ? position : "", input].filter { !$0.isEmpty }.joined(separator: " ")
        let line = ProgressLine(share: Double(done) / Double(total), name: name, facts: facts(step))
        writeToStandardError("\r" + line.text(width: terminalWidth() - 1) + "\u{1B}[K")
    }

    private func json(_ step: SearchStep) -> String {
        let record = StepRecord(
            input: input, candidate: step.candidate, step: step.index, steps: step.total,
            loss: step.totalLoss,
            losses: step.losses.byName,
            rms: 255 * step.fit.squareRoot(), bestRms: 255 * step.bestFit.squareRoot(),
            learningRate: step.learningRate, seconds: step.seconds)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? encoder.encode(record) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// One line of `--progress json`.
private struct StepRecord: Encodable {
    var input: String
    var candidate: Int
    var step: Int
    var steps: Int
    var loss: Double
    var losses: [String: Double]
    var rms: Double
    var bestRms: Double
    var learningRate: Double
    var seconds: Double
}

/// A number with so many decimals, the same in every locale.
func decimals(_ value: Double, _ count: Int) -> String { String(format: "%.\(count)f", value) }

/// A duration in seconds.
func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}
