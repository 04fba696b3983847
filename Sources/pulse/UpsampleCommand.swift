import ArgumentParser

struct UpsampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "upsample")
}
