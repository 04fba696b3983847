import Files
import Foundation
import HTTPTypes
import Hummingbird

extension WebServices {
    var pictureRoutes: [Route] {
        [
            Route(.post, Self.base + "/pictures", postPicture),
            Route(.get, Self.base + "/pictures/example") { _, _ in
                PageFiles.response(PageFiles.example, type: "image/png")
            },
            Route(.get, Self.base + "/pictures/{id}") { _, context in
                json(body(try await picture(context.id())))
            },
            Route(.get, Self.base + "/pictures/{id}/image") { request, context in
                let picture = try await picture(context.id())
                return try fileResponse(store.pictureFolder(picture.id).appending(LookWork.shown), request)
            },
            Route(.delete, Self.base + "/pictures/{id}") { _, context in
                guard try await store.deletePicture(context.id()) else { throw Self.noPicture }
                return Response(status: .noContent)
            },
        ]
    }

    private static let noPicture = Problem(
        .notFound, "There is no picture of that id; it may have been deleted.")

    func picture(_ id: String) async throws -> PictureRecord {
        guard let picture = try await store.picture(id) else { throw Self.noPicture }
        return picture
    }

    private func body(_ picture: PictureRecord) -> PictureBody {
        PictureBody(id: picture.id, survey: picture.survey, created: timestamp(picture.created))
    }

    private func postPicture(_ request: Request, _ context: WebContext) async throws -> Response {
        if let type = request.headers[.contentType]?.lowercased(), !type.hasPrefix("image/"),
            !type.hasPrefix("application/octet-stream")
        {
            throw Problem(
                .unsupportedType,
                "Send the picture's own bytes, with the content type application/octet-stream or image/….")
        }
        guard settings.hasRoom() else {
            throw Problem(.diskFull, "There is no room on the disk for another picture.")
        }
        let bytes = try await request.bytes(upTo: ServerSettings.mostBytes, context)
        guard !bytes.isEmpty else { throw Problem(.unreadablePicture, "The picture is empty.") }
        let id = ServerSettings.secret()
        let folder = store.pictureFolder(id)
        try makeFolder(folder)
        do {
            try writeAtomically(Data(bytes), to: folder.appending(LookWork.picture))
            let survey = try await looks.look(in: folder)
            let picture = PictureRecord(
                id: id, sha256: sha256(of: Data(bytes)), created: Date().timeIntervalSince1970,
                bytes: Int64(fileBytes(below: folder)), survey: survey)
            try await store.add(picture)
            var response = json(body(picture), status: .created)
            response.headers[.location] = "\(Self.base)/pictures/\(id)"
            return response
        } catch {
            try? removeTree(folder)
            throw error
        }
    }
}
