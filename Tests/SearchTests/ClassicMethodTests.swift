import Foundation
import TestSupport
import Testing

@testable import Search

@Suite struct ClassicMethodTests {
    @Test func defaultsArePulses() {
        let method = ClassicMethod()
        #expect(method.steps == 100 && method.eps == 2e-3 && method.learningRate == 0.4)
        #expect(method.noise == .trainable && method.trainableNoise == 5 && method.zeroNoise == nil)
        #expect(method.optimizer == .adam && method.schedule == .linear1cycledrop && !method.tileLatent)
        #expect(abs(ClassicMethod().defaultTolerance - 11.404) < 1e-3)
    }

    @Test func declinesWhatCannotRun() throws {
        try expect(.steps(0)) { $0.steps = 0 }
        try expect(.steps(-3)) { $0.steps = -3 }
        try expect(.steps(1_000_001)) { $0.steps = 1_000_001 }
        try expect(.steps(.max)) { $0.steps = .max }
        try expect(.eps(-1)) { $0.eps = -1 }
        try expect(.eps(.infinity)) { $0.eps = .infinity }
        try expect(.learningRate(0)) { $0.learningRate = 0 }
        try expect(.learningRate(.infinity)) { $0.learningRate = .infinity }
        try expect(.trainableNoise(-1, maps: nil)) { $0.trainableNoise = -1 }
        try expect(.trainableNoise(8, maps: 7)) { $0.trainableNoise = 8 }
        try expect(.zeroNoise(-1, maps: nil)) { $0.zeroNoise = [-1] }
        try expect(.zeroNoise(7, maps: 7)) { $0.zeroNoise = [6, 7] }
    }

    private func expect(
        _ error: ClassicMethodError, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout ClassicMethod) -> Void
    ) throws {
        var method = ClassicMethod()
        change(&method)
        #expect(throws: error, sourceLocation: sourceLocation) {
            try toySearch(method: method)
        }
    }

    @Test func notANumberIsDeclined() {
        var method = ClassicMethod()
        method.eps = .nan
        #expect(throws: ClassicMethodError.self) { try method.validate() }
        method = ClassicMethod()
        method.learningRate = .nan
        #expect(throws: ClassicMethodError.self) { try method.validate() }
    }

    @Test(
        arguments: [
            (NoiseKind.zero, 5, nil, "zzzzzzz"),
            (.fixed, 5, nil, "ffffffz"),
            (.trainable, 5, nil, "tttttfz"),
            (.trainable, 0, nil, "ffffffz"),
            (.trainable, 7, [], "ttttttt"),
            (.trainable, 2, [0, 4], "ztffzff"),
            (.baked, 5, nil, "bbbbbbb"),
            (.baked, 5, [1], "bzbbbbb"),
        ] as [(NoiseKind, Int, [Int]?, String)])
    func chooseTheNoiseMaps(kind: NoiseKind, trainable: Int, zeroed: [Int]?, expected: String) {
        var method = ClassicMethod()
        method.noise = kind
        method.trainableNoise = trainable
        method.zeroNoise = zeroed
        let start = ClassicStart<Double>(
            seed: 1, candidate: 1, specification: ToyGenerator(resolution: 64).specification, method: method)
        let letters = zip(start.noise, start.trainable(by: method)).map { map, isTrainable in
            switch map {
            case .zero: "z"
            case .baked: "b"
            case .map: isTrainable ? "t" : "f"
            }
        }
        #expect(letters.joined() == expected)
    }

    /// MobileStyleGAN's fifteen maps: the first five move, the last is zero, the others stay as drawn.
    @Test func defaultNoiseOfFifteenMaps() {
        let sources = (0..<15).map { ClassicMethod().noiseSource($0, of: 15) }
        #expect(sources[0..<5].allSatisfy { $0 == .drawn(trainable: true) })
        #expect(sources[5..<14].allSatisfy { $0 == .drawn(trainable: false) })
        #expect(sources[14] == .zero)
    }

    /// Every value of each schedule at the ends and the corners, from its definition in PULSE.
    @Test(arguments: [
        (Schedule.fixed, 0, 1, 1.0), (.fixed, 99, 100, 1),
        (.linear1cycle, 0, 100, 0.1), (.linear1cycle, 50, 100, 1), (.linear1cycle, 25, 100, 0.55),
        (.linear1cycle, 0, 1, 0.1),
        (.linear1cycledrop, 0, 100, 0.1), (.linear1cycledrop, 45, 100, 1),
        (.linear1cycledrop, 90, 100, 0.1), (.linear1cycledrop, 99, 100, 0.0109),
        (.linear1cycledrop, 0, 1, 0.1), (.linear1cycledrop, 2, 3, (9 * (1 - (2 / 2.7 - 0.5) * 2) + 1) / 10),
    ])
    func schedules(schedule: Schedule, step: Int, count: Int, factor: Double) {
        #expect(abs(schedule.factor(step: step, of: count) - factor) < 1e-12)
    }

    /// Once the picture has no say, the generator's gradient is not asked for, and GEOCROSS alone acts.
    @Test func belowEpsOnlyGeocrossActs() throws {
        var method = toyMethod(steps: 3)
        method.eps = 10
        let generator = SingleToy()
        let search = try toySearch(method: method, on: generator)
        let steps = Array(search)
        #expect(generator.toy.backwards == 0)
        #expect(steps.allSatisfy { $0.losses["L2"] == 10 })
        #expect(try #require(steps[2].losses["GEOCROSS"]) < #require(steps[0].losses["GEOCROSS"]))
    }

    /// A generator without stored maps is not searched with none of them in silence.
    @Test(arguments: [nil, [], [0]] as [[Int]?])
    func bakedNoiseMustBeStored(zeroed: [Int]?) throws {
        var method = toyMethod()
        (method.noise, method.zeroNoise) = (.baked, zeroed)
        let bare = SingleToy(ToyGenerator(resolution: 64, storesNoise: false))
        let error = ClassicMethodError.noStoredNoise(family: "Toy")
        #expect(throws: error) { try toySearch(method: method, on: bare) }
        #expect(throws: error) { try method.validate(for: bare.specification) }
        try method.validate(for: SingleToy().specification)
        for kind in NoiseKind.allCases where kind != .baked {
            method.noise = kind
            try method.validate(for: bare.specification)
        }
    }

    @Test func isReadBackAsItWasWritten() throws {
        var method = ClassicMethod()
        (method.steps, method.eps, method.learningRate) = (7, 0.1 + 0.2, 1.0 / 3)
        method.loss = try LossExpression("1e-5*L1+0.30000000000000004*L2+-3*GEOCROSS")
        (method.noise, method.trainableNoise, method.zeroNoise) = (.fixed, 2, [3, 14])
        (method.tileLatent, method.optimizer, method.schedule) = (true, .adamax, .linear1cycle)
        for method in [method, ClassicMethod()] {
            let data = try JSONEncoder().encode(method)
            #expect(try JSONDecoder().decode(ClassicMethod.self, from: data) == method)
        }
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(method)) as? [String: Any]
        #expect(object?["loss"] as? String == method.loss.description)
        #expect(
            Set(try #require(object).keys) == [
                "steps", "loss", "eps", "noise", "trainableNoise", "zeroNoise", "tileLatent", "optimizer",
                "learningRate", "schedule",
            ])
    }

    @Test(arguments: [#"{"loss": "100*L3"}"#, #"{"noise": "loud"}"#, "{}"])
    func isNotReadFromAnythingElse(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ClassicMethod.self, from: Data(json.utf8))
        }
    }
}
