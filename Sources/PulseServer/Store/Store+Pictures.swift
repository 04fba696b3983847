import Files
import Foundation
import GRDB

extension Store {
    func picture(_ id: String) async throws -> PictureRecord? {
        try await read { try PictureRecord.fetchOne($0, key: id) }
    }

    func add(_ picture: PictureRecord) async throws {
        try await write { try picture.insert($0) }
    }

    /// Removes a picture; jobs that wait for it keep a file of their own.
    /// - Returns: whether it was there.
    func deletePicture(_ id: String) async throws -> Bool {
        let isGone = try await write { db in
            try db.execute(sql: "UPDATE jobs SET picture = NULL WHERE picture = ?", arguments: [id])
            return try PictureRecord.deleteOne(db, key: id)
        }
        if isGone { try? removeTree(pictureFolder(id)) }
        return isGone
    }
}
