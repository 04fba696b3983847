import ArgumentParser
import Jobs
import Search

/// `--mode`: a way to search, one of the list that reports are read back with too.
struct ModeChoice: ExpressibleByArgument {
    var method: any SearchMethod.Type

    init?(argument: String) {
        guard let method = UpsampleRequest.methods.first(where: { $0.name == argument }) else { return nil }
        self.method = method
    }

    static var allValueStrings: [String] { UpsampleRequest.methods.map { $0.name } }
}

/// The options that one mode alone has, as typed. A mode without any needs none.
protocol ModeArguments: ParsableArguments {
    static var mode: any SearchMethod.Type { get }

    /// The options that were given, by the names users know.
    var given: [String] { get }

    /// The method with what was given, and its defaults for the rest.
    /// - Throws: `ValidationError` for text that cannot be read.
    func method() throws -> any SearchMethod
}

/// A default that depends on the mode, for the help: "4" where all agree, else "4; classic: 1".
func byMode(_ value: (any SearchMethod.Type) -> some CustomStringConvertible) -> String {
    let methods = UpsampleRequest.methods
    let first = value(methods[0]).description
    let others = methods.dropFirst().map { (name: $0.name, text: value($0).description) }
    return ([first] + others.filter { $0.text != first }.map { "\($0.name): \($0.text)" }).joined(
        separator: "; ")
}
