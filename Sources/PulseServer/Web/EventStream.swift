import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension WebServices {
    /// What happens to a job, as server-sent events.
    ///
    /// Every event says how things are, not what has changed: who comes back after a pause misses nothing, and who reads slowly
    /// is told less, since nothing is kept for anybody.
    func events(_ request: Request, _ context: WebContext) async throws -> Response {
        let id = context.id()
        let job = try await board.job(id)
        let place = try streams.take()
        let changes = await board.changes(of: id)
        let first = await body(job)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer { withExtendedLifetime(place) {} }
                var out = Outlet(writer: writer, channel: context.channel)
                try await out.write("retry: 2000\n\n" + event("snapshot", first))
                try await self.follow(id, from: first, changes, &out)
                writer = out.writer
                try await writer.finish(nil)
            })
    }

    private func follow(
        _ id: String, from first: JobBody, _ changes: AsyncStream<Void>, _ out: inout Outlet
    ) async throws {
        var last = first
        for await isChange in merged(changes) {
            guard isChange else {
                try await out.write(": still here\n\n")
                continue
            }
            guard let job = try? await board.job(id) else {
                return try await out.write(event("deleted", [String: String]()))
            }
            let body = await body(job)
            var text = ""
            for candidate in body.candidates {
                let before = last.candidates.first { $0.number == candidate.number }
                guard before != candidate else { continue }
                switch candidate.state {
                case .done: text += event("candidate", candidate)
                case .searching: text += event("step", StepBody(candidate, secondsLeft: body.secondsLeft))
                case .waiting: break
                }
            }
            var quiet = body
            (quiet.candidates, quiet.secondsLeft) = (last.candidates, last.secondsLeft)
            if quiet != last { text += event("state", body) }
            last = body
            if !text.isEmpty { try await out.write(text) }
            if body.state.isOver { return }
            // A few times a second are enough for anybody.
            try await Task.sleep(for: .milliseconds(150))
        }
    }

    /// True for a change, false where nothing has happened for a while.
    private func merged(_ changes: AsyncStream<Void>) -> AsyncStream<Bool> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await _ in changes { continuation.yield(true) }
                        continuation.finish()
                    }
                    group.addTask {
                        while (try? await Task.sleep(for: .seconds(15))) != nil { continuation.yield(false) }
                    }
                    await group.next()
                    group.cancelAll()
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private struct StepBody: Encodable {
        var candidate, step, steps: Int
        var rms, searchedFaceRMS: Double?
        var preview: String?
        var secondsLeft: Double?

        init(_ body: CandidateBody, secondsLeft: Double?) {
            (candidate, step, steps) = (body.number, body.step, body.steps)
            (rms, searchedFaceRMS, preview) = (body.rms.finite, body.searchedFaceRMS.finite, body.preview)
            self.secondsLeft = secondsLeft.finite
        }

        private enum Key: String, CodingKey {
            case candidate, step, steps, rms, searchedFaceRMS, preview, secondsLeft
        }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(candidate, forKey: .candidate)
            try values.encode(step, forKey: .step)
            try values.encode(steps, forKey: .steps)
            try values.encode(rms, forKey: .rms)
            try values.encode(searchedFaceRMS, forKey: .searchedFaceRMS)
            try values.encode(preview, forKey: .preview)
            try values.encode(secondsLeft, forKey: .secondsLeft)
        }
    }
}

/// Where events go; a client that takes none for a minute is left.
private struct Outlet {
    var writer: any ResponseBodyWriter
    let channel: any Channel

    mutating func write(_ text: String) async throws {
        let channel = channel
        let patience = channel.eventLoop.scheduleTask(in: .seconds(60)) { channel.close(promise: nil) }
        defer { patience.cancel() }
        try await writer.write(ByteBuffer(string: text))
    }
}

private func event(_ name: String, _ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: (try? encoder.encode(value)) ?? Data("{}".utf8), as: UTF8.self)
    return "event: \(name)\ndata: \(text)\n\n"
}

/// How many event streams are open.
final class StreamCounter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0

    /// One of the places there are, given back when it is let go.
    final class Place: Sendable {
        private let counter: StreamCounter
        fileprivate init(_ counter: StreamCounter) { self.counter = counter }
        deinit { counter.lock.withLock { counter.count -= 1 } }
    }

    /// - Throws: `Problem` where all are taken.
    func take() throws(Problem) -> Place {
        let isFree = lock.withLock {
            guard count < ServerSettings.mostEventStreams else { return false }
            count += 1
            return true
        }
        guard isFree else {
            throw Problem(
                .tooMany, "Too many watch at once; ask for the job itself.", headers: ["Retry-After": "5"])
        }
        return Place(self)
    }
}
