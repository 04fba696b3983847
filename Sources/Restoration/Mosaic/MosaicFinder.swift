import Imaging

/// Finds the parts of a photograph that are made of equal blocks.
///
/// Windows of several sizes are looked through for evenly spaced lines (`Comb`) on which most of what differs lies. From
/// each, a region grows block by block as long as blocks are of one colour and change right on the lines (`RegionGrowth`);
/// then the grid is fitted to all of its lines.
public struct MosaicFinder: Sendable {
    /// Sides of blocks that are looked for, in pixels.
    public static let sides = 4.0...64.0

    /// What a window's lines must hold to be looked at closely.
    private static let leastScore = 0.3
    /// How much the blocks may differ from squares.
    private static let mostOblong = 1.04
    /// With less, what was found is taken for chance.
    private static let leastConfidence = 0.5

    public init() {}

    /// The mosaics in a picture, the largest first.
    public func regions(in picture: Picture) -> [MosaicRegion] {
        let map = DifferenceMap(of: picture)
        var found: [MosaicRegion] = []
        for side in [384, 192, 96, 48, 24] {
            for window in windows(side, in: picture) {
                if found.contains(where: { covers($0, window) }) { continue }
                for reach in [0, 1] {
                    guard var grid = grid(in: window, map, reach: reach) else { continue }
                    let isSoft = reach > 0
                    // Every line of a finer grid can be one of a mosaic's, but not the other way round.
                    grid = RegionGrowth(BlockTable(picture, grid, isSoft: isSoft)).coarsened(from: window)
                    guard
                        let region = RegionGrowth(BlockTable(picture, grid, isSoft: isSoft)).region(
                            from: window)
                    else { continue }
                    if let refined = refined(region, picture, reach: reach) { add(refined, to: &found) }
                    break
                }
            }
        }
        return found.sorted { $0.cells.count * Int($0.grid.width) > $1.cells.count * Int($1.grid.width) }
    }

    /// The mosaics in a picture, or those where somebody points.
    func regions(in picture: Picture, given boxes: [PixelRectangle]) -> [MosaicRegion] {
        boxes.isEmpty ? regions(in: picture) : boxes.compactMap { region(in: picture, within: $0) }
    }

    /// Pixels of a picture.
    struct Window {
        var columns, rows: Range<Int>
    }

    private func windows(_ side: Int, in picture: Picture) -> [Window] {
        func starts(_ length: Int, _ extent: Int) -> [Range<Int>] {
            // A picture smaller than the window is one window, if blocks of its size fit at all.
            guard extent > length else { return extent > length / 2 ? [0..<extent] : [] }
            return (stride(from: 0, to: extent - length, by: max(1, length / 3)) + [extent - length])
                .map { $0..<$0 + length }
        }
        let square = starts(side, picture.height).flatMap { rows in
            starts(side, picture.width).map { Window(columns: $0, rows: rows) }
        }
        let wide = starts(side / 2, picture.height).flatMap { rows in
            starts(side, picture.width).map { Window(columns: $0, rows: rows) }
        }
        return square + wide
    }

    private func covers(_ region: MosaicRegion, _ window: Window) -> Bool {
        let box = region.box
        let middle = SIMD2(
            Double(window.columns.lowerBound + window.columns.upperBound) / 2,
            Double(window.rows.lowerBound + window.rows.upperBound) / 2)
        return middle.x > box.left && middle.x < box.right && middle.y > box.top && middle.y < box.bottom
    }

    /// The grid of blocks of which a window has about four to ten, if its differences lie on one.
    private func grid(in window: Window, _ map: DifferenceMap, reach: Int) -> MosaicGrid? {
        let length = Double(window.columns.count)
        // Three of a soft line's pixels would be most of a small block.
        let low = max(reach > 0 ? 8 : Self.sides.lowerBound, length / 10)
        let high = min(Self.sides.upperBound, length / 4)
        guard low <= high else { return nil }
        let across = map.profile(columns: window.columns, rows: window.rows)
        guard let x = Comb(of: across, periods: low...high, reach: reach, least: Self.leastScore) else {
            return nil
        }
        let down = map.profile(rows: window.rows, columns: window.columns)
        let near = max(low, x.period / Self.mostOblong)...min(high, x.period * Self.mostOblong)
        guard let y = Comb(of: down, periods: near, reach: reach, least: Self.leastScore) else { return nil }
        return MosaicGrid(
            width: x.period, height: y.period, left: Double(window.columns.lowerBound) + x.origin,
            top: Double(window.rows.lowerBound) + y.origin)
    }

    /// The region again, from a grid fitted to all of its lines.
    private func refined(_ region: MosaicRegion, _ picture: Picture, reach: Int) -> MosaicRegion? {
        var region = region
        for _ in 0..<2 {
            let grid = GridFit(picture).fitted(region)
            let box = region.box
            let window = Window(
                columns: max(0, Int(box.left))..<min(picture.width, Int(box.right)),
                rows: max(0, Int(box.top))..<min(picture.height, Int(box.bottom)))
            guard
                let next = RegionGrowth(BlockTable(picture, grid, isSoft: reach > 0))
                    .region(from: window, isSure: true)
            else { return nil }
            region = next
        }
        let shape = region.grid.width / region.grid.height
        guard max(shape, 1 / shape) <= Self.mostOblong, region.confidence >= Self.leastConfidence else {
            return nil
        }
        return region
    }

    /// Of regions on top of each other one stays: of larger blocks, or else surer by much, or else larger.
    private func add(_ region: MosaicRegion, to found: inout [MosaicRegion]) {
        func area(_ region: MosaicRegion) -> Double {
            Double(region.cells.count) * region.grid.width * region.grid.height
        }
        let same = found.indices.filter { i in
            guard let both = found[i].box.intersection(region.box) else { return false }
            let smaller = min(found[i].box.width * found[i].box.height, region.box.width * region.box.height)
            return both.width * both.height > 0.3 * smaller
        }
        func isBetter(_ first: MosaicRegion, _ second: MosaicRegion) -> Bool {
            // Blocks are made of smaller ones as well.
            if first.grid.width > 1.5 * second.grid.width { return true }
            if second.grid.width > 1.5 * first.grid.width { return false }
            let difference = first.confidence - second.confidence
            return abs(difference) > 0.1 ? difference > 0 : area(first) > area(second)
        }
        guard same.allSatisfy({ isBetter(region, found[$0]) }) else { return }
        for i in same.reversed() { found.remove(at: i) }
        found.append(region)
    }
}

// MARK: - Where somebody points at it

extension MosaicFinder {
    /// The mosaic in a part of a picture that is said to be one: of the lines that fit best, whatever they hold.
    /// - Returns: nil where the part has no differences at all.
    public func region(in picture: Picture, within box: PixelRectangle) -> MosaicRegion? {
        let whole = PixelRectangle(
            left: 0, top: 0, right: Double(picture.width), bottom: Double(picture.height))
        guard let box = box.intersection(whole) else { return nil }
        let window = Window(
            columns: Int(box.left)..<Int(box.right.rounded(.up)),
            rows: Int(box.top)..<Int(box.bottom.rounded(.up)))
        guard window.columns.count >= 12, window.rows.count >= 8 else { return nil }
        let map = DifferenceMap(of: picture)
        let high = min(Self.sides.upperBound, Double(window.columns.count) / 3)
        guard Self.sides.lowerBound < high,
            let x = Comb(
                of: map.profile(columns: window.columns, rows: window.rows),
                periods: Self.sides.lowerBound...high, reach: 0),
            let y = Comb(
                of: map.profile(rows: window.rows, columns: window.columns),
                periods: x.period / Self.mostOblong...x.period * Self.mostOblong, reach: 0)
        else { return nil }
        var grid = MosaicGrid(
            width: x.period, height: y.period, left: Double(window.columns.lowerBound) + x.origin,
            top: Double(window.rows.lowerBound) + y.origin)
        grid = RegionGrowth(BlockTable(picture, grid)).coarsened(from: window)
        let table = BlockTable(picture, grid)
        if let region = RegionGrowth(table).region(from: window, isSure: true),
            let refined = refined(region, picture, reach: 0)
        {
            return refined
        }
        let (across, down) = (grid.across, grid.down)
        let (left, right) = (
            across.block(at: box.left + grid.width / 2), across.block(at: box.right - grid.width / 2)
        )
        let (top, bottom) = (
            down.block(at: box.top + grid.height / 2), down.block(at: box.bottom - grid.height / 2)
        )
        guard left <= right, top <= bottom else { return nil }
        let cells = (top...bottom).flatMap { row in (left...right).map { MosaicCell(column: $0, row: row) } }
            .filter { table[$0] != nil }
        guard !cells.isEmpty else { return nil }
        let deviations = cells.compactMap { table[$0]?.deviation }
        return MosaicRegion(
            grid: grid, cells: cells, colours: cells.map { (table[$0]?.colour ?? SIMD3()) / 255 },
            deviation: deviations.reduce(0, +) / Double(deviations.count), confidence: 0)
    }
}
