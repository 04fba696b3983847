import Foundation

/// The real `pulse` program, run as a user's shell would run it: from the build folder that holds the tests,
/// with standard input at its end, standard output and standard error captured apart.
public enum PulseBinary {
    /// What one finished run left behind.
    public struct Output: Sendable, CustomStringConvertible {
        /// The exit code; 128 + signal where a signal ended the process, as in a shell.
        public let status: Int32
        public let standardOutput: String
        public let standardError: String
        public let timedOut: Bool

        public var description: String {
            "exit \(status)\(timedOut ? " (timed out)" : "")\n--- stdout\n\(standardOutput)--- stderr\n\(standardError)"
        }
    }

    /// The program, built beside the running tests.
    public static var url: URL { url(of: "pulse") }

    private static func url(of program: String) -> URL {
        let bundle =
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            .deletingLastPathComponent() ?? Bundle.main.bundleURL
        return bundle.appendingPathComponent(program)
    }

    /// Runs to the end, or kills the process after `timeout` seconds.
    /// - Parameters:
    ///   - arguments: as typed after `pulse`.
    ///   - program: another program of this package, if not `pulse`.
    ///   - environment: added to this process's environment; an empty value removes the variable.
    public static func run(
        _ arguments: [String], program: String = "pulse", environment: [String: String] = [:],
        in directory: URL? = nil, timeout: Double = 120
    ) throws -> Output {
        try start(arguments, program: program, environment: environment, in: directory).wait(timeout: timeout)
    }

    /// Runs a line of shell in which `"$0"` is the program, for limits and names that only a shell can set.
    public static func shell(
        _ line: String, in directory: URL? = nil, timeout: Double = 120
    ) throws -> Output {
        try Running(URL(fileURLWithPath: "/bin/bash"), ["-c", line, url.path], [:], directory, nil).wait(
            timeout: timeout)
    }

    /// Starts without waiting, for tests that interrupt.
    /// - Parameter standardError: where it goes; by default it is captured.
    public static func start(
        _ arguments: [String], program: String = "pulse", environment: [String: String] = [:],
        in directory: URL? = nil, standardError: FileHandle? = nil
    ) throws -> Running {
        try Running(url(of: program), arguments, environment, directory, standardError)
    }

    /// A run under way.
    public final class Running {
        private let process = Process()
        private let ended = DispatchSemaphore(value: 0)
        private let folder: URL

        fileprivate init(
            _ program: URL, _ arguments: [String], _ added: [String: String], _ directory: URL?,
            _ standardError: FileHandle?
        ) throws {
            folder = try makeTemporaryDirectory()
            process.executableURL = program
            process.arguments = arguments
            process.currentDirectoryURL = directory
            var environment = ProcessInfo.processInfo.environment
            for (name, value) in added { environment[name] = value.isEmpty ? nil : value }
            process.environment = environment
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try handle("stdout")
            process.standardError = try standardError ?? handle("stderr")
            let ended = ended
            process.terminationHandler = { _ in ended.signal() }
            try process.run()
        }

        deinit {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            try? FileManager.default.removeItem(at: folder)
        }

        public var isRunning: Bool { process.isRunning }

        /// The largest memory that it has had in use so far, in bytes; nil where the system does not say.
        public var peakMemory: Int? {
            let status = try? String(
                contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
        }

        /// The time that processors have spent on it so far; nil where the system does not say.
        public var processorSeconds: Double? {
            guard
                let line = try? String(
                    contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
            else { return nil }
            // Behind the program's name in brackets.
            let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
                return nil
            }
            return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }

        /// What the program has written on standard error up to now.
        public var standardErrorSoFar: String { text("stderr") }

        /// What the program has written on standard output up to now.
        public var standardOutputSoFar: String { text("stdout") }

        /// Sends SIGINT, as Ctrl-C does.
        public func interrupt() { send(SIGINT) }

        public func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        /// Waits until `condition` holds or the process ends; false where neither happens in time.
        public func wait(timeout: Double = 60, until condition: (Running) throws -> Bool) rethrows -> Bool {
            let deadline = Date(timeIntervalSinceNow: timeout)
            while Date() < deadline {
                if try condition(self) { return true }
                if !process.isRunning { return try condition(self) }
                Thread.sleep(forTimeInterval: 0.02)
            }
            return false
        }

        public func wait(timeout: Double = 120) -> Output {
            let timedOut = ended.wait(timeout: .now() + timeout) == .timedOut
            if timedOut {
                kill(process.processIdentifier, SIGKILL)
                ended.wait()
            }
            ended.signal()
            let signalled = process.terminationReason == .uncaughtSignal
            return Output(
                status: process.terminationStatus + (signalled ? 128 : 0), standardOutput: text("stdout"),
                standardError: text("stderr"), timedOut: timedOut)
        }

        private func handle(_ name: String) throws -> FileHandle {
            let url = folder.appendingPathComponent(name)
            _ = FileManager.default.createFile(atPath: url.path, contents: nil)
            return try FileHandle(forWritingTo: url)
        }

        private func text(_ name: String) -> String {
            let data = (try? Data(contentsOf: folder.appendingPathComponent(name))) ?? Data()
            return String(decoding: data, as: UTF8.self)
        }
    }
}
