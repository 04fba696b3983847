import ArgumentParser
import Files
import Foundation
import Jobs
import PulseServer

/// Serves the page and the API.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Open a page in the browser that does all this, and an API for programs.",
        discussion: """
            Prints the address to open, which holds a secret: who does not know it is not let in. It listens on this computer \
            only, unless --host says otherwise. Pictures and results stay in a folder of this computer for a week or 2 GB, \
            whichever is reached first; the page says how to change that.

            Ctrl-C saves what is under way; the next start goes on with it. For scripts, the secret is in the file 'token' \
            of the server's folder while it runs, and the API's description at /api/v1/openapi.json.
            """)

    @Option(help: "The port; 0 takes one that is free.")
    var port = 7860

    @Option(
        help:
            "The address to listen on; others than this computer can then reach it, if they know the secret.")
    var host = "127.0.0.1"

    @Option(
        help: ArgumentHelp(
            "Another name, without a port, under which the server may be asked for.", valueName: "name"))
    var name: [String] = []

    @Flag(help: "Open the page in the browser.")
    var open = false

    @Flag(help: "Let in everybody on this computer, without a secret.")
    var noToken = false

    @Option(help: "How many searches run at a time, 1…16; each takes --threads.")
    var workers = 1

    @Option(help: "Processor threads of each search (default: all).")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Most jobs that wait, 1…10000.")
    var queue = 100

    @Option(help: "The folder for pictures and results (default: serve, below the models' folder).")
    var folder: FilePath?

    func validate() throws {
        try check("--port", port, in: 0...65_535)
        try check("--workers", workers, in: 1...16)
        try check("--threads", threads, in: 1...1024)
        try check("--queue", queue, in: 1...10_000)
        guard !noToken || ["127.0.0.1", "localhost", "::1"].contains(host) else {
            throw ValidationError("--no-token is for this computer only; leave out --host, or --no-token.")
        }
    }

    func run() throws {
        var settings = ServerSettings(
            folder: folder ?? FilePath(pulseHome()).appending("serve"), executable: executablePath(),
            wording: { wording(of: $0) })
        (settings.host, settings.port, settings.names) = (host, port, name)
        (settings.workers, settings.threads, settings.queueLimit) = (workers, threads, queue)
        settings.token = noToken ? nil : ServerSettings.secret()
        let (server, opens) = (LocalServer(settings), self.open)
        try waiting {
            try await server.run { address in
                printResult(address)
                fflush(nil)
                if opens { openInBrowser(address) }
            }
        }
    }
}

/// Waits for asynchronous work on the main thread, which no such work needs.
private func waiting(for work: @escaping @Sendable () async throws -> Void) throws {
    let (done, outcome) = (DispatchSemaphore(value: 0), Outcome())
    Task.detached {
        do { try await work() } catch { outcome.error = error }
        done.signal()
    }
    done.wait()
    if let error = outcome.error { throw error }
}

/// Written by the work, then read by who waited for it.
private final class Outcome: @unchecked Sendable {
    var error: (any Error)?
}

/// Does a job of the server, for which alone it is.
struct ServeJobCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve-job", shouldDisplay: false)

    func run() throws {
        beServant()
        let cancellation = Cancellation()
        let interruption = Interruption(keeping: "what was found", cancellation)
        defer { withExtendedLifetime(interruption) {} }
        JobWork(cancellation, wording: { wording(of: $0) }) { line in
            try? FileHandle.standardOutput.write(contentsOf: line)
        }.run()
    }
}

/// Looks at a picture for the server.
struct ServeLookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve-look", shouldDisplay: false)

    func run() throws {
        beServant()
        if let line = LookWork(wording: { wording(of: $0) }).run() {
            try? FileHandle.standardOutput.write(contentsOf: line + Data("\n".utf8))
        }
    }
}

/// Leaves the processor to the server where both want it, and ends with it: then standard input does.
private func beServant() {
    surviveFailedWrites()
    _ = nice(10)
    let server = Thread {
        var byte: UInt8 = 0
        while read(STDIN_FILENO, &byte, 1) > 0 {}
        kill(getpid(), SIGTERM)
    }
    server.start()
}

/// This program's own file, also where it was replaced by a newer one since.
private func executablePath() -> String {
    #if os(Linux)
        return "/proc/self/exe"
    #else
        return Bundle.main.executablePath ?? CommandLine.arguments[0]
    #endif
}

private func openInBrowser(_ address: String) {
    #if os(macOS)
        let program = "/usr/bin/open"
    #else
        let program = "/usr/bin/xdg-open"
    #endif
    guard FileManager.default.isExecutableFile(atPath: program) else {
        return printNote("no browser could be opened; open the address above")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = [address]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try? process.run()
}
