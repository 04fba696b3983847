import Hummingbird
import NIOCore

/// What is known of a request besides what it says.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, to be closed where its client sends more than it may.
    let channel: any Channel
    /// Whom jobs are counted to; the gate says.
    var client = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// A part of the path, as the route names it.
    func id(_ name: String = "id") -> String { parameters.get(name) ?? "" }
}
