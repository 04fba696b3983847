import Files
import Foundation
import HTTPTypes
import Hummingbird
import Jobs
import Models

extension WebServices {
    var aboutRoutes: [Route] {
        [
            Route(.get, Self.base + "/openapi.json") { _, _ in
                PageFiles.response(PageFiles.openAPI, type: "application/json")
            },
            Route(.post, Self.base + "/session") { request, context in
                struct Body: Decodable { var token: String }
                let cookie = try doorkeeper.admit(try await request.decoded(Body.self, context).token)
                return Response(status: .noContent, headers: [.setCookie: cookie])
            },
            Route(.get, Self.base + "/models") { _, _ in json(ModelsBody(ModelStore().list())) },
            Route(.get, Self.base + "/settings") { _, _ in json(try await settingsBody()) },
            Route(.put, Self.base + "/settings") { request, context in
                let wanted = try await request.decoded(Retention.self, context)
                guard wanted.retentionDays >= 0, wanted.retentionDays <= 3650, wanted.retentionBytes >= 0
                else {
                    throw Problem.badOption(
                        "'retentionDays' must be from 0 to 3650, 'retentionBytes' from 0.")
                }
                try await store.set(wanted)
                try await tidy()
                return json(try await settingsBody())
            },
            Route(.get, Self.base + "/health") { _, _ in await health() },
            Route(.get, Self.base + "/metrics") { _, _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: .init(byteBuffer: ByteBuffer(string: try await metrics())))
            },
        ]
    }

    /// Removes what is kept no longer.
    func tidy() async throws {
        let (jobs, pictures) = try await store.expired()
        for id in jobs { try await board.remove(id) }
        for id in pictures { _ = try await store.deletePicture(id) }
    }

    private struct SettingsBody: Encodable {
        var retentionDays: Double
        var retentionBytes: Int64
        var keepPictures: Bool
        var usedBytes, freeBytes: Int64
    }

    private func settingsBody() async throws -> SettingsBody {
        let retention = try await store.retention()
        return SettingsBody(
            retentionDays: retention.retentionDays, retentionBytes: retention.retentionBytes,
            keepPictures: retention.keepPictures, usedBytes: try await store.usedBytes(),
            freeBytes: settings.freeBytes())
    }

    private func health() async -> Response {
        struct Queue: Encodable { var queued, running: Int }
        struct Body: Encodable {
            var status = "ok"
            var version = pulseVersion
            var queue: Queue
            var diskFull: Bool
        }
        return json(
            Body(
                queue: Queue(queued: await board.queued, running: await board.running.count),
                diskFull: await board.lacksRoom))
    }

    /// In Prometheus's text format.
    private func metrics() async throws -> String {
        let statistics = await board.statistics
        var lines: [String] = []
        func add(_ name: String, _ type: String, _ help: String, _ values: [(String, Double)]) {
            lines += ["# HELP pulse_\(name) \(help)", "# TYPE pulse_\(name) \(type)"]
            lines += values.map { "pulse_\(name)\($0.0) \($0.1)" }
        }
        add(
            "jobs", "gauge", "Jobs that are not over, by state.",
            [
                ("{state=\"queued\"}", Double(await board.queued)),
                ("{state=\"running\"}", Double(await board.running.count)),
            ])
        add(
            "jobs_ended_total", "counter", "Jobs that were over since the start, by state.",
            [
                ("{state=\"done\"}", Double(statistics.done)),
                ("{state=\"failed\"}", Double(statistics.failed)),
                ("{state=\"cancelled\"}", Double(statistics.cancelled)),
            ])
        add(
            "search_seconds_total", "counter", "Time spent in search steps.", [("", statistics.searchSeconds)]
        )
        add(
            "http_requests_total", "counter", "Requests answered, by status.",
            counter.all.sorted { $0.key < $1.key }.map { ("{status=\"\($0.key)\"}", Double($0.value)) })
        add(
            "stored_bytes", "gauge", "Files of pictures and jobs.",
            [("", Double(try await store.usedBytes()))])
        add("disk_free_bytes", "gauge", "Free on the disk.", [("", Double(settings.freeBytes()))])
        add(
            "uptime_seconds", "gauge", "Since the server was started.",
            [("", Date().timeIntervalSince(started))])
        return lines.joined(separator: "\n") + "\n"
    }
}

/// The models that there are.
private struct ModelsBody: Encodable {
    struct Entry: Encodable {
        var name: String
        var isDefault: Bool
        var licence: String?
        var biases: String?
        var directions: [String] = []

        private enum Key: String, CodingKey { case name, isDefault, licence, biases, directions }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Key.self)
            try values.encode(name, forKey: .name)
            try values.encode(isDefault, forKey: .isDefault)
            try values.encode(licence, forKey: .licence)
            try values.encode(biases, forKey: .biases)
            try values.encode(directions, forKey: .directions)
        }
    }

    var models: [Entry]

    init(_ summaries: [ModelSummary]) {
        models = summaries.compactMap { summary in
            guard let model = try? summary.content.get() else { return nil }
            return Entry(
                name: model.name, isDefault: model.name == ModelStore.defaultModelName,
                licence: model.licence,
                biases: model.biases,
                directions: ModelStore.axes + ((try? ModelStore().directions(of: model).map(\.name)) ?? []))
        }
    }
}
