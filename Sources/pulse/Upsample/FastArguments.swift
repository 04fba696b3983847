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
        help: ArgumentHelp(
            """
            What has damaged the input, which answers then need not have: the standard deviation of noise in grey levels, \
            0…64 (0 for none); grey:G for noise without colour; jpeg:Q for a quality of 1…100; salt-and-pepper for \
            black and white samples (default: looked for).
            """, valueName: "noise"))
    var inputNoise: InputNoise?

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

/// As `--input-noise` has it.
extension InputNoise: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public static var allValueStrings: [String] { [] }
}
