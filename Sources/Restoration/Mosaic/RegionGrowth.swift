import Foundation
import Imaging

/// Grows a mosaic from where its lines were seen: block after block of one colour that changes right on the lines.
struct RegionGrowth {
    private let table: BlockTable

    /// Fewer blocks that show their lines say nothing.
    private static let fewestCells = 20
    /// Where one is known to be.
    private static let fewestOfKnown = 6
    /// Of the blocks in a window that is to be grown from, how many must be of one colour and show their lines.
    private static let leastOfWindow = 0.4
    /// And how many pairs of them that differ must show it.
    private static let fewestPairs = 8
    /// Of neighbouring blocks that differ, how many must do so right on the line.
    private static let leastShare = 0.78
    /// Grey levels that the pixels of a block may be from its colour, on the average.
    private static let mostDeviation = 9.0

    init(_ table: BlockTable) { self.table = table }

    /// - Parameter isSure: whether a mosaic was seen in the window before, which it need not fill.
    /// - Returns: nil where what the window shows is no mosaic.
    func region(from window: MosaicFinder.Window, isSure: Bool = false) -> MosaicRegion? {
        let seeds = cells(of: window)
        let fewest = isSure ? Self.fewestOfKnown : Self.fewestCells
        let deviations = seeds.compactMap { table[$0]?.deviation }.sorted()
        guard deviations.count >= fewest / 2 else { return nil }
        // Half of the window may be something else.
        let typical = deviations[deviations.count / 4]
        guard typical <= Self.mostDeviation else { return nil }
        let rule = Rule(deviation: typical, isSoft: table.isSoft)
        let inner = seeds.filter { isWithin($0, window) }
        if !isSure {
            let core = Set(inner.filter { isCore($0, rule) })
            let (share, pairs, _) = sharpPairs(of: core, rule)
            guard Double(core.count) >= Self.leastOfWindow * Double(inner.count), pairs >= Self.fewestPairs,
                share >= Self.leastShare
            else { return nil }
        }
        let core = grown(from: seeds, rule)
        guard core.count >= fewest else { return nil }
        let whole = filled(core, rule)
        // A block of something else that steps right on two lines by chance stands out alone.
        let region = whole.filter { cell in cell.neighbours.count { whole.contains($0) } >= 2 }
        guard let quality = quality(of: region, rule), quality.pairs >= fewest,
            quality.share >= Self.leastShare
        else { return nil }
        let ordered = region.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        let columns = Set(region.map(\.column)), rows = Set(region.map(\.row))
        guard columns.count >= 3, rows.count >= 2 else { return nil }
        let parts = PartialBlocks(
            picture: table.picture, grid: table.grid,
            tolerance: rule.isExact ? 0.75 : max(3, 1.5 * rule.most)
        )
        .around(region)
        return MosaicRegion(
            grid: table.grid, cells: ordered + parts.map(\.cell),
            colours: (ordered.map { table[$0]?.colour ?? SIMD3() } + parts.map(\.colour)).map { $0 / 255 },
            parts: Dictionary(uniqueKeysWithValues: parts.map { ($0.cell, $0.pixels) }),
            deviation: quality.deviation, confidence: quality.share * (1 - exp(-Double(quality.pairs) / 20)))
    }

    private func cells(of window: MosaicFinder.Window) -> [MosaicCell] {
        let (across, down) = (table.grid.across, table.grid.down)
        let columns =
            across.block(
                at: Double(window.columns.lowerBound))...across.block(at: Double(window.columns.upperBound))
        let rows =
            down.block(at: Double(window.rows.lowerBound))...down.block(at: Double(window.rows.upperBound))
        return rows.flatMap { row in columns.map { MosaicCell(column: $0, row: row) } }
    }

    private func isWithin(_ cell: MosaicCell, _ window: MosaicFinder.Window) -> Bool {
        let (across, down) = (table.grid.across, table.grid.down)
        return across.line(cell.column) >= Double(window.columns.lowerBound)
            && across.line(cell.column + 1) <= Double(window.columns.upperBound)
            && down.line(cell.row) >= Double(window.rows.lowerBound)
            && down.line(cell.row + 1) <= Double(window.rows.upperBound)
    }

    /// What counts as one colour, and as another one.
    private struct Rule {
        var most, step: Double

        /// Whether nothing has touched the blocks: their pixels are all alike.
        var isExact: Bool

        init(deviation: Double, isSoft: Bool) {
            isExact = !isSoft && deviation < 0.25
            most = isExact ? 0.5 : max(1.5, 2.5 * deviation)
            step = max(4, 3 * deviation)
        }

        /// Whether colours change on the line, and not between lines.
        func isSharp(_ step: BlockTable.Step) -> Bool { abs(step.sharpness - 1) <= 0.4 }
    }

    /// Where neighbours differ much, compression leaves more of them in a block.
    private func isPlainForItsSteps(_ cell: MosaicCell, _ rule: Rule, share: Double) -> Bool {
        guard let block = table[cell] else { return false }
        if rule.isExact { return block.wholeDeviation <= rule.most }
        let steps = cell.neighbours.compactMap { step(cell, $0)?.size }
        return block.deviation <= max(rule.most, share * (steps.max() ?? 0))
    }

    private func step(_ cell: MosaicCell, _ other: MosaicCell) -> BlockTable.Step? {
        let isForward = (other.column, other.row) > (cell.column, cell.row)
        return isForward ? table.step(cell, to: other) : table.step(other, to: cell)
    }

    /// Whether a block is of one colour, and changes on at least two of its lines.
    private func isCore(_ cell: MosaicCell, _ rule: Rule) -> Bool {
        guard isPlainForItsSteps(cell, rule, share: 0.12) else { return false }
        var lines = 0
        for other in cell.neighbours {
            if let step = step(cell, other), step.size >= rule.step, rule.isSharp(step) {
                lines += 1
            }
        }
        return lines >= 2
    }

    private func grown(from seeds: [MosaicCell], _ rule: Rule) -> Set<MosaicCell> {
        var core = Set(seeds.filter { isCore($0, rule) })
        var (front, seen) = (Array(core), Set(seeds))
        while let cell = front.popLast() {
            // Blocks of nearly one colour lie between others.
            for row in cell.row - 2...cell.row + 2 {
                for column in cell.column - 2...cell.column + 2 {
                    let other = MosaicCell(column: column, row: row)
                    if seen.insert(other).inserted, isCore(other, rule) {
                        core.insert(other)
                        front.append(other)
                    }
                }
            }
        }
        return largestPart(of: core)
    }

    /// Of parts that lie more than two blocks apart.
    private func largestPart(of cells: Set<MosaicCell>) -> Set<MosaicCell> {
        var (rest, largest) = (cells, Set<MosaicCell>())
        while let first = rest.popFirst() {
            var (part, front) = (Set([first]), [first])
            while let cell = front.popLast() {
                for row in cell.row - 2...cell.row + 2 {
                    for column in cell.column - 2...cell.column + 2 {
                        if let other = rest.remove(MosaicCell(column: column, row: row)) {
                            part.insert(other)
                            front.append(other)
                        }
                    }
                }
            }
            if part.count > largest.count { largest = part }
        }
        return largest
    }

    /// With what lies between its blocks, along rows or columns as far as it is of one colour, along both if it nearly is.
    private func filled(_ core: Set<MosaicCell>, _ rule: Rule) -> Set<MosaicCell> {
        func between(_ line: WritableKeyPath<MosaicCell, Int>, _ place: WritableKeyPath<MosaicCell, Int>)
            -> Set<MosaicCell>
        {
            var cells = Set<MosaicCell>()
            for (_, members) in Dictionary(grouping: core, by: { $0[keyPath: line] }) {
                let places = members.map { $0[keyPath: place] }
                guard let first = places.min(), let last = places.max() else { continue }
                for index in first...last {
                    var cell = members[0]
                    cell[keyPath: place] = index
                    cells.insert(cell)
                }
            }
            return cells
        }
        let (rows, columns) = (between(\.row, \.column), between(\.column, \.row))
        let plain = rows.union(columns).filter { isPlainForItsSteps($0, rule, share: 0) }
        let nearly = rows.intersection(columns).filter { isPlainForItsSteps($0, rule, share: 0.3) }
        return core.union(plain).union(nearly)
    }

    /// Of neighbouring blocks that differ, the share that does so right on the line, how many pairs that are, and by how much
    /// each differs, ascending.
    private func sharpPairs(
        of cells: Set<MosaicCell>, _ rule: Rule
    ) -> (share: Double, pairs: Int, sizes: [Double]) {
        var (sharp, sizes) = (0, [Double]())
        for cell in cells {
            for other in cell.neighbours
            where cells.contains(other) && (other.column, other.row) > (cell.column, cell.row) {
                guard let step = table.step(cell, to: other), step.size >= rule.step else { continue }
                sizes.append(step.size)
                if rule.isSharp(step) { sharp += 1 }
            }
        }
        return (sizes.isEmpty ? 0 : Double(sharp) / Double(sizes.count), sizes.count, sizes.sorted())
    }

    /// - Returns: of its neighbours that differ, the share that does so on the line, how many pairs that are, and how far its
    ///   pixels are from their blocks' colours; nil where too few differ.
    private func quality(of cells: Set<MosaicCell>, _ rule: Rule) -> (
        share: Double, pairs: Int, deviation: Double
    )? {
        let (share, pairs, sizes) = sharpPairs(of: cells, rule)
        guard pairs > 0 else { return nil }
        let deviations = cells.compactMap { table[$0]?.deviation }.sorted()
        let deviation = deviations[deviations.count / 2]
        // JPEG alone draws faint blocks of eight pixels into what is smooth.
        let grid = table.grid
        let isJPEG =
            [grid.width, grid.height].allSatisfy { abs($0 - 8) < 0.05 || abs($0 - 16) < 0.05 }
            && [grid.left / 8, grid.top / 8].allSatisfy { abs($0 - $0.rounded()) < 0.05 }
        guard sizes[sizes.count / 2] >= (isJPEG ? 12 : 6) else { return nil }
        return (share, pairs, deviation)
    }

    /// The table's grid, or that of every second or third of its lines, where the others have hardly a step.
    func coarsened(from window: MosaicFinder.Window) -> MosaicGrid {
        let grid = table.grid
        let cells = Set(cells(of: window).filter { isWithin($0, window) })
        let deviations = cells.compactMap { table[$0]?.deviation }.sorted()
        guard !deviations.isEmpty else { return grid }
        let rule = Rule(deviation: deviations[deviations.count / 4], isSoft: table.isSoft)
        var steps: (across: [Int: Int], down: [Int: Int]) = ([:], [:])
        for cell in cells {
            for other in cell.neighbours
            where cells.contains(other) && (other.column, other.row) > (cell.column, cell.row) {
                guard let step = table.step(cell, to: other), step.size >= rule.step, rule.isSharp(step)
                else { continue }
                if other.column > cell.column {
                    steps.across[other.column, default: 0] += 1
                } else {
                    steps.down[other.row, default: 0] += 1
                }
            }
        }
        /// On which of every `every` lines nearly all steps lie; nil where they lie on all.
        func place(_ steps: [Int: Int], every: Int) -> Int? {
            var counts = [Int](repeating: 0, count: every)
            for (line, count) in steps { counts[((line % every) + every) % every] += count }
            let total = counts.reduce(0, +)
            guard total >= 8, let most = counts.max(), Double(most) >= 0.9 * Double(total) else { return nil }
            return counts.firstIndex(of: most)
        }
        for every in [3, 2] {
            guard let column = place(steps.across, every: every), let row = place(steps.down, every: every)
            else { continue }
            let factor = Double(every)
            return MosaicGrid(
                width: grid.width * factor, height: grid.height * factor, left: grid.across.line(column),
                top: grid.down.line(row))
        }
        return grid
    }
}
