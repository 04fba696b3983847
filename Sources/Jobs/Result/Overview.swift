import Degradation
import Foundation
import Imaging
import Tensors

/// The picture that shows a result at a glance: the input, for each candidate its face, the face downscaled again, and
/// its difference from the input; and where several candidates differ from each other.
public struct Overview: Sendable {
    public struct Candidate: Sendable {
        /// Gives the picture when it is drawn, so that no more than one is in memory.
        public var picture: @Sendable () throws -> Picture
        public var certificate: Certificate
        public var accepted: Bool

        public init(
            picture: @escaping @Sendable () throws -> Picture, certificate: Certificate, accepted: Bool
        ) {
            self.picture = picture
            self.certificate = certificate
            self.accepted = accepted
        }
    }

    /// The low-resolution picture that was searched for.
    public var input: Picture
    /// Those that are drawn; at most `limit` of them are.
    public var candidates: [Candidate]
    /// How many the result has.
    public var candidateCount: Int
    /// D, from the candidates' side to the input's.
    public var degradation: any Degradation

    /// - Parameter candidateCount: how many the result has; where absent, as many as are given.
    public init(
        input: Picture, candidates: [Candidate], candidateCount: Int? = nil, degradation: any Degradation
    ) {
        self.input = input
        self.candidates = candidates
        self.candidateCount = candidateCount ?? candidates.count
        self.degradation = degradation
    }

    /// Most candidates that are drawn.
    public static let limit = 64

    /// Draws the overview, at most 2400 pixels wide.
    /// - Throws: what a candidate's picture throws.
    public func picture() throws -> Picture {
        let shown = candidates.prefix(Overview.limit)
        let layout = OverviewLayout(candidateCount: shown.count)
        let scale = amplification(of: shown.map(\.certificate))

        var page = Picture.canvas(width: layout.width, height: layout.height, fill: Ink.paper)
        drawTitle(on: &page, layout, scale: scale)
        drawInput(on: &page, layout)
        var spread = SpreadMap()
        for (index, candidate) in shown.enumerated() {
            let picture = try candidate.picture()
            if shown.count > 1 { spread.add(picture) }
            draw(candidate, picture, number: index + 1, scale: scale, on: &page, layout)
        }
        if let deviations = spread.deviations { draw(deviations, on: &page, layout) }
        return page
    }

    private func drawTitle(on page: inout Picture, _ layout: OverviewLayout, scale: Int) {
        page.drawText(
            "Imagined faces – not the person in the input", x: layout.margin, y: layout.margin,
            size: layout.titleSize, colour: Ink.text)
        let count = candidateCount
        let line =
            switch count {
            case 1: "One of many faces that could be imagined for this input."
            case ...Overview.limit:
                "\(count) of many faces that could be imagined for this input; they are equals."
            default:
                "\(Overview.limit) of the \(count) candidates; they are equals, and a few of many possible."
            }
        let explained =
            "Below each face: left, the face downscaled again; right, its difference from the input, ×\(scale) (plain grey: none)."
        for (index, text) in [line, explained].enumerated() {
            let y = layout.margin + (layout.titleSize + index * layout.textSize) * 3 / 2
            page.drawText(text, x: layout.margin, y: y, size: layout.textSize, colour: Ink.quiet)
        }
    }

    private func drawInput(on page: inout Picture, _ layout: OverviewLayout) {
        let side = layout.side
        let (x, y) = (layout.margin, layout.top)
        page.draw(input.enlarged(to: side), x: x, y: y)
        // On the line of the candidates' labels where the map of their spread is between.
        let below = layout.candidateCount > 1 ? side / 2 : 0
        page.drawText(
            "Input, \(input.width)×\(input.height) pixels", x: x, y: y + side + below + layout.textSize / 2,
            size: layout.textSize, colour: Ink.text)
    }

    /// Draws the map of the candidates' spread below the input, with its scale beside it.
    private func draw(_ deviations: [Double], on page: inout Picture, _ layout: OverviewLayout) {
        let (half, size) = (layout.side / 2, layout.textSize)
        let (x, y) = (layout.margin, layout.top + layout.side)
        let scale = SpreadMap.scale(of: deviations)
        page.draw(SpreadMap.picture(of: deviations, side: half, scale: scale), x: x, y: y)
        let left = x + half + size / 2
        var line = y + size / 2
        func write(_ text: String, _ colour: (UInt8, UInt8, UInt8)) {
            page.drawText(text, x: left, y: line, size: size, colour: colour)
            line += size * 4 / 3
        }
        write("Where the faces", Ink.text)
        write("differ: standard", Ink.text)
        write("deviation in", Ink.text)
        write("grey levels", Ink.text)
        let width = half - 2 * size
        page.draw(SpreadMap.legend(width: width, height: size * 3 / 4), x: left, y: line + size / 2)
        line += size * 3 / 2
        page.drawText("0", x: left, y: line, size: size, colour: Ink.quiet)
        page.drawText("\(Int(scale))", x: left + width - size / 2, y: line, size: size, colour: Ink.quiet)
    }

    private func draw(
        _ candidate: Candidate, _ picture: Picture, number: Int, scale: Int, on page: inout Picture,
        _ layout: OverviewLayout
    ) {
        let fit = FitPictures(of: picture, input: input, degradation: degradation)
        let (x, y) = layout.origin(ofCandidate: number - 1)
        let (side, half) = (layout.side, layout.side / 2)
        page.draw(fitted(picture, to: side), x: x, y: y)
        page.draw(fit.small.enlarged(to: half), x: x, y: y + side)
        page.draw(fit.difference(scale: scale).enlarged(to: half), x: x + half, y: y + side)

        let line = y + side + half + layout.textSize / 2
        let label = "\(number)   rms \(candidate.certificate.rms.formatted(decimals: 1)) grey levels, "
        let written = page.drawText(label, x: x, y: line, size: layout.textSize, colour: Ink.text)
        page.drawText(
            candidate.accepted ? "accepted" : "not accepted", x: x + written.width + layout.textSize / 2,
            y: line, size: layout.textSize, colour: candidate.accepted ? Ink.accepted : Ink.declined)
    }

    /// The largest power of two, up to 16, that keeps nearly every difference on the grey scale.
    private func amplification(of certificates: [Certificate]) -> Int {
        let largest = 2.5 * (certificates.map { $0.mse.squareRoot() }.max() ?? 0)
        var scale = 1
        while scale < 16 && largest * Double(2 * scale) <= 0.5 { scale *= 2 }
        return scale
    }

    private func fitted(_ picture: Picture, to side: Int) -> Picture {
        guard picture.width == picture.height, picture.width > side else { return picture.enlarged(to: side) }
        let resampling = Resampling(from: picture.width, to: side)
        let small: Tensor<Float> = picture.eachChannel(resampling.targetSize) { resampling.apply($0) }
        return Picture(small)
    }
}

private enum Ink {
    static let paper: (UInt8, UInt8, UInt8) = (250, 249, 246)
    static let text: (UInt8, UInt8, UInt8) = (32, 32, 36)
    static let quiet: (UInt8, UInt8, UInt8) = (112, 112, 118)
    static let accepted: (UInt8, UInt8, UInt8) = (22, 120, 64)
    static let declined: (UInt8, UInt8, UInt8) = (176, 62, 28)
}

/// Where things go: the input in a column of its own on the left, candidates in rows beside it.
struct OverviewLayout {
    let candidateCount: Int
    let rows: Int
    let columns: Int
    /// Side of a face; the two small pictures below it have half of that. Multiples of 32 where common inputs
    /// are, so that their pixels stay square.
    let side: Int
    let margin: Int
    let titleSize: Int
    let textSize: Int

    init(candidateCount: Int) {
        self.candidateCount = candidateCount
        let perRow = candidateCount > 16 ? 8 : 4
        rows = max(1, (candidateCount + perRow - 1) / perRow)
        columns = max(1, (candidateCount + rows - 1) / rows)
        side =
            switch columns {
            case 1: 768
            case 2: 640
            case 3: 512
            case 4: 448
            default: 256
            }
        margin = side >= 448 ? 24 : 9
        textSize = side >= 640 ? 26 : side >= 448 ? 22 : 13
        titleSize = textSize * 3 / 2
    }

    var top: Int { margin + titleSize * 3 / 2 + textSize * 4 }
    var cardHeight: Int { side + side / 2 + textSize * 5 / 2 }
    var width: Int { margin + (columns + 1) * (side + margin) }
    var height: Int { top + rows * cardHeight + margin / 2 }

    /// Top left corner of a candidate's face.
    func origin(ofCandidate index: Int) -> (x: Int, y: Int) {
        (margin + (index % columns + 1) * (side + margin), top + index / columns * cardHeight)
    }
}

extension Double {
    /// The number with a fixed number of decimals, the same in every locale.
    func formatted(decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
