import Generators
import Imaging
import Tensors
import Testing

@testable import Search

/// A search that is stopped anywhere and goes on in another process ends with the same bits.
@Suite struct SearchStateTests {
    private func classic() -> ClassicMethod {
        var method = toyMethod(steps: 6)
        (method.noise, method.trainableNoise) = (.trainable, 3)
        return method
    }

    private func fast() -> FastMethod {
        var method = FastMethod()
        (method.steps, method.hardSteps) = (4, 3)
        return method
    }

    private func search(_ method: some SearchMethod, _ request: SearchRequest) throws -> any CandidateSearch {
        try method.makeSearch(
            request, candidate: 2, latents: LatentSpace(toyStatistics()), seat: SearchSeat(SingleToy()))
    }

    /// A target that the fast search finds hard.
    private func stripes() throws -> SearchRequest {
        let pixels = (0..<64).flatMap { i -> [UInt8] in Array(repeating: i % 2 == 0 ? 0 : 255, count: 3) }
        return try toyRequest(seed: 5, target: Target(Picture(width: 8, height: 8, pixels: pixels)))
    }

    private func checkResuming(_ method: some SearchMethod, _ request: SearchRequest, after steps: Int) throws
    {
        let whole = try search(method, request)
        while whole.next() != nil {}
        let expected = try #require(whole.found())

        let first = try search(method, request)
        for _ in 0..<steps { _ = try #require(first.next()) }
        let state = try #require(first.state)
        let second = try search(method, request)
        try second.resume(from: state)
        #expect(second.completedSteps == steps)
        #expect(second.state == state)
        #expect(second.found()?.picture == first.found()?.picture)
        while second.next() != nil {}
        let found = try #require(second.found())
        #expect(found.picture == expected.picture && found.w == expected.w)
        #expect(found.fit == expected.fit && found.bestAfter == expected.bestAfter)
        #expect(found.steps == expected.steps && found.ending == expected.ending)
        #expect(found.judgement == expected.judgement)
        for (one, other) in zip(found.noise, expected.noise) {
            if case .map(let one) = one, case .map(let other) = other { #expect(one == other) }
        }
    }

    @Test(arguments: [1, 3, 5, 6]) func classicGoesOn(after steps: Int) throws {
        try checkResuming(classic(), toyRequest(seed: 5), after: steps)
    }

    @Test(arguments: [1, 3, 4]) func fastGoesOn(after steps: Int) throws {
        try checkResuming(fast(), toyRequest(seed: 5), after: steps)
    }

    /// Also within the steps that a hard face takes more.
    @Test(arguments: [4, 5, 7]) func fastGoesOnWithAHardFace(after steps: Int) throws {
        try checkResuming(fast(), stripes(), after: steps)
    }

    @Test func theStateOfAnotherSearchIsRefused() throws {
        let request = try toyRequest(seed: 5)
        let (one, other) = (try search(classic(), request), try search(fast(), request))
        #expect(one.state == nil && other.state == nil)
        _ = one.next()
        _ = other.next()
        let (classicState, fastState) = (try #require(one.state), try #require(other.state))
        var shorter = classic()
        shorter.trainableNoise = 2
        let untouched = try search(shorter, request)
        #expect(throws: SearchStateError.missing("steps")) { try untouched.resume(from: SearchState()) }
        #expect(throws: SearchStateError.self) { try untouched.resume(from: fastState) }
        #expect(throws: SearchStateError.self) { try search(fast(), request).resume(from: classicState) }
        var longer = classicState
        longer.put(7, as: "steps")
        #expect(throws: SearchStateError.invalid("steps")) { try untouched.resume(from: longer) }
        #expect(untouched.completedSteps == 0 && untouched.next()?.index == 1)
    }
}
