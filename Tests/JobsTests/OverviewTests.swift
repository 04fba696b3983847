import Degradation
import Imaging
import TestSupport
import Testing

@testable import Jobs

@Suite struct OverviewTests {
    private func overview(count: Int, level: UInt8 = 60) -> Overview {
        let degradation = Resampling(from: 64, to: 16)
        let input = Picture.canvas(width: 16, height: 16, fill: (60, 60, 60))
        let face = Picture.canvas(width: 64, height: 64, fill: (level, level, level))
        let candidate = Overview.Candidate(
            picture: { face }, certificate: Certificate(of: face, input: input, degradation: degradation),
            accepted: true)
        return Overview(
            input: input, candidates: Array(repeating: candidate, count: count), degradation: degradation)
    }

    @Test func staysWithinTheWidthOfAScreen() {
        for count in 1...Overview.limit {
            let layout = OverviewLayout(candidateCount: count)
            #expect(layout.width <= 2400, "\(count)")
            #expect(layout.rows * layout.columns >= count, "\(count)")
            for index in 0..<count {
                let (x, y) = layout.origin(ofCandidate: index)
                #expect(x >= layout.margin + layout.side && x + layout.side <= layout.width, "\(count)")
                #expect(y >= layout.top && y + layout.side * 3 / 2 <= layout.height, "\(count)")
            }
        }
    }

    @Test(arguments: [1, 3, 5, 17])
    func showsInputFaceAndDifference(count: Int) throws {
        let layout = OverviewLayout(candidateCount: count)
        let page = try overview(count: count).picture()
        #expect(page.width == layout.width && page.height == layout.height)
        #expect(page[layout.margin + 5, layout.top + 5] == (60, 60, 60))
        for index in 0..<count {
            let (x, y) = layout.origin(ofCandidate: index)
            let (side, half) = (layout.side, layout.side / 2)
            #expect(page[x + side / 2, y + side / 2] == (60, 60, 60))
            #expect(page[x + half / 2, y + side + half / 2] == (60, 60, 60))
            // No difference is plain grey.
            #expect(page[x + half * 3 / 2, y + side + half / 2] == (128, 128, 128))
        }
        // Below the input, of a single face nothing, of equal ones the colour of no spread.
        let below = page[layout.margin + layout.side / 4, layout.top + layout.side * 5 / 4]
        #expect(below == (count == 1 ? (250, 249, 246) : SpreadMap.colour(0)))
    }

    /// Levels 50 and 60 on the left: a deviation of √50 of 8; the same level on the right.
    @Test func mapsWhereTheFacesDiffer() throws {
        let degradation = Resampling(from: 256, to: 16)
        let input = Picture.canvas(width: 16, height: 16, fill: (55, 55, 55))
        let candidates = [UInt8(50), 60].map { level -> Overview.Candidate in
            var face = Picture.canvas(width: 256, height: 256, fill: (55, 55, 55))
            face.draw(.canvas(width: 128, height: 256, fill: (level, level, level)), x: 0, y: 0)
            let picture = face
            return Overview.Candidate(
                picture: { picture },
                certificate: Certificate(of: face, input: input, degradation: degradation),
                accepted: true)
        }
        let overview = Overview(input: input, candidates: candidates, degradation: degradation)
        let layout = OverviewLayout(candidateCount: 2)
        let page = try overview.picture()
        let (half, y) = (layout.side / 2, layout.top + layout.side * 5 / 4)
        #expect(page[layout.margin + half / 4, y] == SpreadMap.colour(Double(50).squareRoot() / 8))
        #expect(page[layout.margin + half * 3 / 4, y] == SpreadMap.colour(0))
    }

    /// 5 levels brighter, shown 8 times as strong: 128 + 40.
    @Test func amplifiesTheDifference() throws {
        let layout = OverviewLayout(candidateCount: 1)
        let page = try overview(count: 1, level: 65).picture()
        let (x, y) = layout.origin(ofCandidate: 0)
        let shown = page[x + layout.side * 3 / 4, y + layout.side * 5 / 4]
        #expect(abs(Int(shown.red) - 168) <= 1)
    }

    @Test func drawsNoMoreThanItsLimit() throws {
        let page = try overview(count: Overview.limit + 40).picture()
        #expect(page.height == OverviewLayout(candidateCount: Overview.limit).height)
    }
}
