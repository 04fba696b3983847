import Degradation
import Foundation
import Jobs
import Models
import Search

/// How a job is to be searched, as a client says it; what is absent is chosen here.
public struct JobOptions: Codable, Equatable, Sendable {
    /// How many candidates, 1…16.
    public var count: Int?
    /// A whole number from 0 to 2⁶⁴ − 1; a string, since JSON's numbers are not that exact everywhere.
    public var seed: String?
    public var mode: String?
    public var model: String?
    public var `operator`: String?
    public var steps: Int?
    public var tolerance: Double?
    public var inputNoise: String?
    public var exactFit: Bool?
    public var spread: Double?
    /// To how many pixels a side a face of a photograph is made small, 8…256.
    public var size: Int?

    public init() {}

    static let mostCandidates = 16
    static let defaultSize = 32
}

extension JobOptions {
    /// What they ask for, complete; a seed is drawn where none is given.
    /// - Parameter wording: of errors that the search's own checks throw.
    /// - Throws: `Problem`.
    func request(_ wording: (any Error) -> String) throws(Problem) -> UpsampleRequest {
        let count = try checkedCount()
        try check(size ?? JobOptions.defaultSize, "size", in: 8...256)
        try check(steps ?? 1, "steps", in: 1...1_000_000)
        if let name = self.operator, name != "auto", OperatorKind.named(name) == nil {
            throw .badOption("There is no operator called '\(name)'.")
        }
        var method = try method()
        if let steps { method.setSteps(steps) }
        do {
            try method.validate()
            if let tolerance { try SearchRequest.validate(tolerance: tolerance) }
        } catch {
            throw .badOption(wording(error))
        }
        return UpsampleRequest(
            model: model ?? ModelStore.defaultModelName, method: method,
            operator: self.operator == "auto" ? nil : self.operator, seed: try chosenSeed(), count: count,
            tolerance: tolerance)
    }

    private func checkedCount() throws(Problem) -> Int {
        let count = count ?? FastMethod.defaultCount
        try check(count, "count", in: 1...JobOptions.mostCandidates)
        return count
    }

    private func check(_ value: Int, _ name: String, in range: ClosedRange<Int>) throws(Problem) {
        guard range.contains(value) else {
            throw .badOption(
                "'\(name)' is \(value); it must be from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    private func chosenSeed() throws(Problem) -> UInt64 {
        guard let seed else { return UInt64.random(in: 0...UInt64(UInt32.max)) }
        guard let number = UInt64(seed), "\(number)" == seed else {
            throw .badOption("'seed' must be a whole number from 0, written as a string.")
        }
        return number
    }

    private func method() throws(Problem) -> any SearchMethod {
        let mode = mode ?? UpsampleRequest.methods[0].name
        guard let type = UpsampleRequest.methods.first(where: { $0.name == mode }) else {
            throw .badOption("There is no mode called '\(mode)'.")
        }
        guard var fast = type.init() as? FastMethod else {
            guard inputNoise == nil, exactFit == nil, spread == nil else {
                throw .badOption("'inputNoise', 'exactFit' and 'spread' belong to the mode 'fast'.")
            }
            return type.init()
        }
        if let exactFit { fast.exactFit = exactFit }
        if let spread { fast.spread = spread }
        if let inputNoise {
            guard let noise = InputNoise(inputNoise) else {
                throw .badOption(
                    "'inputNoise' is '\(inputNoise)'; it can be 0…64, grey:G, jpeg:Q or salt-and-pepper.")
            }
            fast.inputNoise = noise
        }
        return fast
    }

    /// The options of a request, complete.
    init(of request: UpsampleRequest, size: Int) {
        (count, seed, mode) = (request.count, "\(request.seed)", type(of: request.method).name)
        (model, self.operator) = (request.model, request.operator ?? "auto")
        (steps, tolerance, self.size) = (request.method.steps, request.tolerance, size)
        guard let fast = request.method as? FastMethod else { return }
        (exactFit, spread, inputNoise) = (fast.exactFit, fast.spread, fast.inputNoise?.description)
    }
}
