import ArgumentParser
import Files
import Jobs
import Models

/// Lists, adds and removes the directions in which a model's faces can be moved.
struct ModelDirectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directions",
        abstract: "List, add or remove directions, such as age, along which --steer moves a face.",
        discussion: """
            Every model has axis-1 … axis-8, its latents' principal axes, which have no meaning by themselves. A direction \
            with a name is one tensor in w of as many numbers as the model's latents have, from a .pt or .safetensors file; nothing \
            in it is run. Directions are what somebody's labels made of them: 'age' is what those labels called so.
            """)

    @Argument(help: "The model's name.")
    var name: String

    @Option(help: ArgumentHelp("Add a direction, or replace it.", valueName: "direction=file"))
    var add: [AddedDirection] = []

    @Option(help: ArgumentHelp("Remove a direction.", valueName: "direction"))
    var remove: [String] = []

    func run() throws {
        let store = ModelStore()
        let model = try store.load(name)
        for direction in add { try store.addDirection(direction.name, from: direction.file, to: model) }
        for direction in remove { try store.removeDirection(direction, of: model) }
        for direction in ModelStore.axes + (try store.directions(of: model).map(\.name)) { print(direction) }
    }
}

/// `--add`.
struct AddedDirection: ExpressibleByArgument {
    var name: String
    var file: FilePath

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let file = FilePath(argument: String(parts[1])) else { return nil }
        (name, self.file) = (String(parts[0]), file)
    }

    static var allValueStrings: [String] { [] }
}
