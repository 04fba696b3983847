import ArgumentParser
import PulseSearch

/// Turns a tiny or pixelated face into realistic faces that downscale to it.
@main
struct Pulse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Imagine realistic 1024×1024 faces that downscale to a tiny or pixelated one.",
        discussion: """
            The faces are imagined by a face generator. None of them is the person in the picture, and \
            nothing here identifies anybody.
            """,
        version: pulseVersion,
        subcommands: [AlignCommand.self, UpsampleCommand.self, GenerateCommand.self, ModelCommand.self])
}
