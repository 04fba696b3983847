import ArgumentParser
import Files
import Jobs
import Models
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

    @Option(
        help: ArgumentHelp(
            "Find faces like the one that these latents draw: K.safetensors of an earlier result.",
            valueName: "K.safetensors"),
        completion: .file())
    var near: FilePath?

    @Option(
        help: ArgumentHelp(
            """
            Move the face of --near along a direction, in standard deviations, −6…6: axis-1 … axis-8, or one that \
            'pulse model directions' lists; may be given several times.
            """, valueName: "direction=amount"))
    var steer: [SteeringChoice] = []

    func validate() throws {
        guard steer.isEmpty || near != nil else {
            throw ValidationError("--steer moves the face of --near, which is missing.")
        }
    }

    /// The face that answers are to be like, with the model that it belongs to.
    func nearFace(_ model: Model) throws -> NearFace? {
        guard let near else { return nil }
        let statistics = try model.latentStatistics()
        let w = try LatentInputs(contentsOf: near, seed: nil, model: model).w(0)
        var face = NearFace(w: w, statistics: statistics)
        for choice in steer {
            let direction = try ModelStore().direction(choice.name, of: model)
            face.move(choice.amount, along: direction, statistics: statistics)
        }
        return face
    }

    var given: [String] {
        [
            near.map { _ in "--near" }, steer.isEmpty ? nil : "--steer",
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

/// `--steer`.
struct SteeringChoice: ExpressibleByArgument {
    var name: String
    var amount: Double

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let amount = Double(parts[1]), -6...6 ~= amount else {
            return nil
        }
        (name, self.amount) = (String(parts[0]), amount)
    }

    static var allValueStrings: [String] { [] }
}
