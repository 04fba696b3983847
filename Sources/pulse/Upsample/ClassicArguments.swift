import ArgumentParser
import Search

/// The options that only classic mode has, as typed.
struct ClassicArguments: ModeArguments {
    static let mode: any SearchMethod.Type = ClassicMethod.self

    @Option(help: "The loss: weight*name joined by '+' (default: 100*L2+0.05*GEOCROSS).")
    var loss: String?

    @Option(help: "Below this mean difference the pixel losses stop pulling (default: 2e-3).")
    var eps: Double?

    @Option(help: "What fills the noise inputs (default: trainable).")
    var noise: NoiseKind?

    @Option(help: "How many noise maps, from the first, are optimised (default: 5).")
    var trainableNoise: Int?

    @Option(
        help:
            "Noise maps without noise, counted from 0: numbers joined by commas, or none (default: the last)."
    )
    var zeroNoise: String?

    @Flag(help: "Use one latent for all layers.")
    var tileLatent = false

    @Option(help: "The optimiser (default: adam).")
    var optimizer: OptimizerKind?

    @Option(help: "The learning rate (default: 0.4).")
    var learningRate: Double?

    @Option(help: "How the learning rate changes (default: linear1cycledrop).")
    var schedule: Schedule?

    /// The options that were given, by the names users know.
    var given: [String] {
        [
            loss.map { _ in "--loss" }, eps.map { _ in "--eps" }, noise.map { _ in "--noise" },
            trainableNoise.map { _ in "--trainable-noise" }, zeroNoise.map { _ in "--zero-noise" },
            tileLatent ? "--tile-latent" : nil, optimizer.map { _ in "--optimizer" },
            learningRate.map { _ in "--learning-rate" }, schedule.map { _ in "--schedule" },
        ].compactMap { $0 }
    }

    /// The settings of a search: PULSE's where nothing was given.
    /// - Throws: `ValidationError` for text that cannot be read.
    func method() throws -> any SearchMethod {
        var options = ClassicMethod()
        if let loss {
            do {
                options.loss = try LossExpression(loss)
            } catch {
                throw ValidationError("--\(wording(of: error))")
            }
        }
        if let eps { options.eps = eps }
        if let noise { options.noise = noise }
        if let trainableNoise { options.trainableNoise = trainableNoise }
        if let zeroNoise { options.zeroNoise = try indices(zeroNoise) }
        options.tileLatent = tileLatent
        if let optimizer { options.optimizer = optimizer }
        if let learningRate { options.learningRate = learningRate }
        if let schedule { options.schedule = schedule }
        return options
    }

    /// Reads a list of noise maps; PULSE's own dots separate as well as commas.
    private func indices(_ list: String) throws -> [Int] {
        if ["", "none"].contains(list) { return [] }
        return try list.split(omittingEmptySubsequences: false, whereSeparator: { ",.".contains($0) }).map {
            guard let index = Int($0.filter { $0 != " " }) else {
                throw ValidationError(
                    "--zero-noise is '\(list)'; write numbers joined by commas, for example 3,14, or none.")
            }
            return index
        }
    }
}

extension NoiseKind: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
