/// The line that a bar draws again and again, fitted to a terminal's width.
///
/// Numbers come first when room is short: the bar goes, then the name is cut in its middle.
struct ProgressLine {
    /// The share done, 0…1.
    var share: Double
    /// What is worked on, as the user named it.
    var name: String
    /// What there is to say about it: step, fit, time left; from the most important on.
    var facts: [String]

    /// - Parameter width: in cells.
    func text(width: Int) -> String {
        let percent = "\(Int(share * 100)) %"
        var facts = facts
        func numbers() -> String { ([percent] + facts).joined(separator: ", ") }
        while facts.count > 1, cells(numbers()) > width { facts.removeLast() }
        let rest = width - cells(numbers())
        let name = printable(name, keepsLines: false)
        let bar = 22
        let leastName = min(cells(name), 12) + 2
        var line = shortened(numbers(), to: max(width, 0))
        if rest >= leastName {
            line = shortened(name, to: rest - 2 - (rest - leastName >= bar ? bar : 0)) + "  " + line
        }
        if rest - leastName >= bar { line = drawnBar(cells: bar - 2) + "  " + line }
        return line
    }

    private func drawnBar(cells: Int) -> String {
        let filled = min(max(Int(share * Double(cells)), 0), cells)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    }
}
