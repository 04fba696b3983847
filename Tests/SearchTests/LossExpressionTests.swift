import Foundation
import Testing

@testable import Search

@Suite struct LossExpressionTests {
    @Test func readsPulsesDefault() throws {
        #expect(try LossExpression("100*L2+0.05*GEOCROSS") == .pulse)
        #expect(LossExpression.pulse.description == "100*L2+0.05*GEOCROSS")
    }

    @Test(arguments: [
        ("1*L1", [1.0], [LossName.l1]),
        (" 1e+2 * L2 + .5*L1+5.*GEOCROSS ", [100, 0.5, 5], [.l2, .l1, .geocross]),
        ("-1*L2", [-1], [.l2]),
        ("100*L2++1*L1", [100, 1], [.l2, .l1]),
        ("1*L2+2*GEOCROSS+3*L2", [4, 2], [.l2, .geocross]),
    ])
    func readsWeightsAndNames(text: String, weights: [Double], names: [LossName]) throws {
        let expression = try LossExpression(text)
        #expect(expression.terms.map(\.weight) == weights)
        #expect(expression.terms.map(\.name) == names)
        #expect(try LossExpression(expression.description) == expression)
    }

    @Test(arguments: [
        ("", 1, LossExpressionError.Problem.numberExpected),
        ("L2", 1, .numberExpected),
        ("100", 4, .starExpected),
        ("100L2", 4, .starExpected),
        ("100 L2", 5, .starExpected),
        ("100*", 5, .nameExpected),
        ("100*L3", 5, .unknownName("L3")),
        ("100*l2", 5, .unknownName("l2")),
        ("100*L2+", 8, .numberExpected),
        ("100*L2 0.05*GEOCROSS", 8, .plusExpected),
        ("nan*L2", 1, .weightNotFinite),
        ("1*L2+inf*L1", 6, .weightNotFinite),
        ("-inf*L2", 1, .weightNotFinite),
        ("1e999*L2", 1, .weightNotFinite),
        ("1e308*L2+1.5e308*L2", 10, .weightNotFinite),
        ("0x10*L2", 2, .starExpected),
        ("1e*L2", 1, .numberExpected),
        ("-", 1, .numberExpected),
        ("1.2.3*L2", 4, .starExpected),
        ("１*L2", 1, .numberExpected),
    ])
    func declinesWithThePosition(text: String, position: Int, problem: LossExpressionError.Problem) {
        #expect(throws: LossExpressionError(text: text, position: position, problem: problem)) {
            try LossExpression(text)
        }
    }

    /// In JSON too, the error says what is wrong and where.
    @Test func isReadFromJSONOrDeclinedWithThePosition() throws {
        let read = try JSONDecoder().decode(
            [LossExpression].self, from: Data(#"["100*L2+0.05*GEOCROSS"]"#.utf8))
        #expect(read == [.pulse])
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([LossExpression].self, from: Data(#"["100*L3"]"#.utf8))
        }
        guard case .dataCorrupted(let context)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.debugDescription == "'100*L3' is no loss expression from character 5 on")
        #expect(
            context.underlyingError as? LossExpressionError
                == LossExpressionError(text: "100*L3", position: 5, problem: .unknownName("L3")))
    }
}
