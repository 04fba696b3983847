import ArgumentParser
import Search

/// The options that only fast mode has, as typed.
struct FastArguments: ModeArguments {
    static let mode: any SearchMethod.Type = FastMethod.self

    @Flag(
        help:
            "Leave the searched picture as it is, instead of correcting it until it downscales to the input.")
    var noExactFit = false

    @Option(
        help: """
            How much the candidates' starts differ, 0…2: 0 is the likeliest for all, 1 draws from all that the input \
            leaves open (default: \(FastMethod().spread)).
            """)
    var spread: Double?

    @Option(
        help: """
            How noisy the input is: the standard deviation of its noise in grey levels, 0…64, to within which answers then \
            agree with it; 0 for none (default: looked for).
            """)
    var inputNoise: Double?

    var given: [String] {
        [
            noExactFit ? "--no-exact-fit" : nil, spread.map { _ in "--spread" },
            inputNoise.map { _ in "--input-noise" },
        ].compactMap { $0 }
    }

    func method() throws -> any SearchMethod {
        var options = FastMethod()
        options.exactFit = !noExactFit
        if let spread { options.spread = spread }
        options.inputNoise = inputNoise
        return options
    }
}
