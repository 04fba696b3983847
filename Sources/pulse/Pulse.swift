import ArgumentParser
import Engine
import Files
import Foundation

/// A command that runs the engine's kernels, whatever it does with them.
protocol ComputingCommand: ParsableCommand {}

/// Turns a tiny or pixelated face into realistic faces that downscale to it.
@main
struct Pulse: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse",
        abstract: "Imagine realistic faces that downscale to a tiny or pixelated one.",
        discussion: """
            The faces are imagined by a generator. None of them is the person in the picture, and \
            nothing here identifies anybody.

            Exit status: 0 done; 1 written, but some input has no accepted candidate or no face; \
            2 failure; 130 interrupted.
            """,
        version: pulseVersion,
        subcommands: [
            AlignCommand.self, UpsampleCommand.self, RestoreCommand.self, GenerateCommand.self,
            ModelCommand.self, ServeCommand.self, ServeJobCommand.self, ServeLookCommand.self,
        ])

    /// Runs the command line and ends the process with one of the codes of `ExitStatus`.
    static func main() {
        surviveFailedWrites()
        Foundation.exit(run(escapedArguments()).rawValue)
    }

    /// Parses and runs one command; the only place that turns an error into text and an exit code.
    private static func run(_ arguments: [String]) -> ExitStatus {
        do {
            var command = try parseAsRoot(disambiguated(arguments))
            if command is any ComputingCommand { _ = try Kernels.requested() }  // before any work starts
            try command.run()
            return .success
        } catch let status as ExitStatus {
            return status
        } catch let code as ExitCode {
            return ExitStatus(rawValue: code.rawValue) ?? .failure
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> ExitStatus {
        switch exitCode(for: error) {
        case .success:  // --help and --version
            print(fullMessage(for: error))
            return .success
        case .validationFailure:
            printError(readable(message(for: error)), hasLines: true)
            let usage = fullMessage(for: error).split(separator: "\n").drop { !$0.hasPrefix("Usage:") }
            if !usage.isEmpty { writeToStandardError(usage.joined(separator: "\n") + "\n") }
            return .failure
        default:
            printError(wording(of: error))
            return .failure
        }
    }
}
