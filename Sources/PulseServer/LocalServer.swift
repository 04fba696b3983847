import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The page and the API on this computer: what the command line does, for people with a browser and programs with HTTP.
public struct LocalServer: Sendable {
    private let settings: ServerSettings
    private let logger: Logger

    public init(_ settings: ServerSettings) {
        self.settings = settings
        var logger = Logger(label: "pulse.serve") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .notice
        self.logger = logger
    }

    /// Runs until SIGTERM or SIGINT; what is under way then is kept, and goes on at the next start.
    /// - Parameter announce: called with the address once the server answers.
    /// - Throws: `StoreError`, `FileError`, or `ServerError` where it cannot listen.
    public func run(announce: @escaping @Sendable (String) -> Void) async throws {
        let store = try Store(in: settings.folder)
        let board = JobBoard(store: store, settings: settings, logger: logger)
        let doorkeeper = Doorkeeper(token: settings.token, names: names)
        let services = WebServices(
            store: store, board: board, looks: LookDesk(settings: settings), doorkeeper: doorkeeper,
            counter: RequestCounter(), settings: settings)
        try await services.tidy()
        let (settings, tokenFile) = (settings, settings.folder.appending("token"))
        let application = Application(
            router: services.router(logger),
            server: .http1(configuration: .init(idleTimeout: .seconds(15))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: MaximumAvailableConnections(ServerSettings.mostConnections)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.port
                doorkeeper.open(port: port)
                let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                announce("http://\(host):\(port)/" + (settings.token.map { "#token=\($0)" } ?? ""))
            }, logger: quiet)
        if let token = settings.token {
            try writeAtomically(Data((token + "\n").utf8), to: tokenFile)
            _ = tokenFile.withPlatformString { chmod($0, 0o600) }
        }
        defer { _ = tokenFile.withPlatformString { unlink($0) } }
        // They are ended in the reverse order: the connections last, once nobody is told anything any more.
        var configuration = ServiceGroupConfiguration(
            services: [application, BoardService(board: board, services: services)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(6)
        configuration.maximumCancellationDuration = .seconds(2)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            throw ServerError.cannotListen(host: settings.host, port: settings.port, code: error.errnoCode)
        }
    }

    /// Libraries have nothing to say to users.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = .critical
        return logger
    }

    /// Under which the server may be asked for.
    private var names: [String] {
        let own = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let loopback = ["127.0.0.1", "localhost", "[::1]"]
        return Array(
            Set(
                (settings.host == "0.0.0.0" || settings.host == "::" ? [] : [own]) + loopback + settings.names
            ))
    }
}

/// Why a server cannot start.
public enum ServerError: Error, Equatable, Sendable {
    case cannotListen(host: String, port: Int, code: Int32)
}

/// Starts the queue with the server, tidies up from time to time, and saves what is under way at the end.
private struct BoardService: Service {
    let board: JobBoard
    let services: WebServices

    func run() async throws {
        try await board.start()
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(600))
                try? await services.tidy()
            }
        }
        await board.stop()
    }
}
