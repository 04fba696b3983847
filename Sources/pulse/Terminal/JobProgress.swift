import Files
import Foundation

/// Shows on standard error how far a job over many files is, where there is nothing to say within a file: a line that is
/// drawn again and again on a terminal, a new line every ten seconds elsewhere.
final class JobProgress {
    private let isBar = ProgressStyle.auto.resolved == .bar
    private let total: Int
    private let clock = ContinuousClock()
    private var job: JobClock
    private var lastShown: ContinuousClock.Instant?
    private let started: ContinuousClock.Instant

    init(total: Int) {
        self.total = total
        job = JobClock(total: total)
        started = clock.now
    }

    /// Work on a file begins; `index` counts from 1.
    func begin(_ index: Int, name: FilePath) {
        job.begin(index)
        if isBar {
            lastShown = clock.now
            let share = Double(index - 1) / Double(total)
            let line = ProgressLine(share: share, name: name.string, facts: [job.text()])
            writeToStandardError("\r" + line.text(width: terminalWidth() - 1) + "\u{1B}[K")
        } else if clock.now - (lastShown ?? started) > .seconds(10) {
            lastShown = clock.now
            printNote("\(job.text()): \(shown(name))")
        }
    }

    /// Work on the file has ended.
    func end() {
        job.end()
        clear()
    }

    /// Takes the line off the screen, so that other text can follow.
    func clear() {
        guard isBar, lastShown != nil else { return }
        writeToStandardError("\r\u{1B}[K")
        lastShown = nil
    }
}
