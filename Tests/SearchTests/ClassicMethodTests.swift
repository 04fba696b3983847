import TestSupport
import Testing

@testable import Search

@Suite struct ClassicOptionsTests {
    @Test func defaultsArePulses() {
        let options = ClassicOptions()
        #expect(options.steps == 100 && options.eps == 2e-3 && options.learningRate == 0.4)
        #expect(options.noise == .trainable && options.trainableNoise == 5 && options.zeroNoise == nil)
        #expect(options.optimizer == .adam && options.schedule == .linear1cycledrop && !options.tileLatent)
        #expect(abs(options.tolerance - 11.404) < 1e-3)
    }

    @Test func declinesWhatCannotRun() throws {
        try expect(.steps(0)) { $0.steps = 0 }
        try expect(.steps(-3)) { $0.steps = -3 }
        try expect(.eps(-1)) { $0.eps = -1 }
        try expect(.eps(.infinity)) { $0.eps = .infinity }
        try expect(.learningRate(0)) { $0.learningRate = 0 }
        try expect(.learningRate(.infinity)) { $0.learningRate = .infinity }
        try expect(.tolerance(-0.5)) { $0.tolerance = -0.5 }
        try expect(.trainableNoise(-1, maps: nil)) { $0.trainableNoise = -1 }
        try expect(.trainableNoise(8, maps: 7)) { $0.trainableNoise = 8 }
        try expect(.zeroNoise(-1, maps: nil)) { $0.zeroNoise = [-1] }
        try expect(.zeroNoise(7, maps: 7)) { $0.zeroNoise = [6, 7] }
    }

    private func expect(
        _ error: ClassicOptionsError, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout ClassicOptions) -> Void
    ) throws {
        var options = ClassicOptions()
        change(&options)
        #expect(throws: error, sourceLocation: sourceLocation) {
            try CandidateTests.search(1, options: options)
        }
        #expect(!error.description.isEmpty)
    }

    @Test func notANumberIsDeclined() {
        var options = ClassicOptions()
        options.eps = .nan
        #expect(throws: ClassicOptionsError.self) { try options.validate() }
        options = ClassicOptions()
        options.learningRate = .nan
        #expect(throws: ClassicOptionsError.self) { try options.validate() }
        options = ClassicOptions()
        options.tolerance = .nan
        #expect(throws: ClassicOptionsError.self) { try options.validate() }
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
        var options = ClassicOptions()
        options.noise = kind
        options.trainableNoise = trainable
        options.zeroNoise = zeroed
        let start = ClassicStart<Double>(
            seed: 1, candidate: 1, specification: ToyGenerator(resolution: 64).specification, options: options
        )
        let letters = zip(start.noise, start.trainable(under: options)).map { map, isTrainable in
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
        let sources = (0..<15).map { ClassicOptions().noiseSource($0, of: 15) }
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
        var options = CandidateTests.options(steps: 3)
        options.eps = 10
        let generator = ToyGenerator(resolution: 64)
        let search = try ClassicSearch<Double>(
            generator: generator, latentModel: toyLatentModel(), target: toyTarget(side: 8), options: options,
            seed: 0)
        let steps = Array(search)
        #expect(generator.backwards == 0)
        #expect(steps.allSatisfy { $0.losses.l2 == 10 })
        #expect(try #require(steps[2].losses.geocross) < #require(steps[0].losses.geocross))
    }
}
