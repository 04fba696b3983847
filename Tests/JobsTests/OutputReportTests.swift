import Degradation
import Files
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Jobs

@Suite struct OutputReportTests {
    var report: Report {
        let certificate = Certificate(
            of: .canvas(width: 64, height: 64, fill: (9, 9, 9)),
            input: .canvas(width: 8, height: 8, fill: (4, 4, 4)),
            degradation: Resampling(from: 64, to: 8))
        return Report(
            input: .init(file: "faces/a.png", sha256: "00ff", width: 8, height: 8),
            model: .init(name: "m", sha256: "11"), mode: "classic", operator: "bicubic", seed: .max,
            candidates: [
                .init(file: "1.png", certificate: certificate, steps: 3, seconds: 1.5, accepted: true)
            ],
            peakMemoryBytes: 123, seconds: 2)
    }

    @Test func hasTheAgreedFields() throws {
        let object = try JSONSerialization.jsonObject(with: report.json()) as? [String: Any]
        let root = try #require(object)
        #expect(
            Set(root.keys) == [
                "input", "model", "mode", "operator", "seed", "candidates", "peakMemoryBytes", "seconds",
                "version",
            ])
        let candidate = try #require((root["candidates"] as? [[String: Any]])?.first)
        #expect(
            Set(candidate.keys) == ["file", "rms", "max", "mse", "steps", "seconds", "accepted"])
        #expect(
            Set(try #require(root["input"] as? [String: Any]).keys) == ["file", "sha256", "width", "height"])
        #expect(Set(try #require(root["model"] as? [String: Any]).keys) == ["name", "sha256"])
        #expect(root["version"] as? String == pulseVersion)
    }

    @Test func isTheSameBytesEachTime() throws {
        let first = try report.json()
        for _ in 0..<5 { #expect(try report.json() == first) }
        let text = String(decoding: first, as: UTF8.self)
        #expect(text.contains("\"seed\" : 18446744073709551615"))
        #expect(text.contains("\"file\" : \"faces/a.png\""))
        #expect(try JSONDecoder().decode(Report.self, from: first) == report)
    }

    @Test func saysWhatIsOutOfTheOrdinary() throws {
        var report = report
        report.interrupted = true
        report.operatorNote = "note"
        let text = String(decoding: try report.json(), as: UTF8.self)
        #expect(text.contains("\"interrupted\" : true"))
        #expect(text.contains("\"operatorNote\" : \"note\""))
    }

    @Test func knowsTheMemoryInUse() {
        #expect(peakMemoryBytes() > 1 << 20)
        #expect(peakMemoryBytes() < 1 << 40)
    }
}

@Suite struct OutputFolderTests {
    private func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func write(_ text: String, to url: URL) throws { try Data(text.utf8).write(to: url) }

    @Test func appearsOnlyWhenCommitted() throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            let folder = try ResultFolder(destination: destination)
            try write("new", to: folder.url("report.json"))
            #expect(!FileManager.default.fileExists(atPath: destination.path))
            try folder.commit()
            folder.discard()
            #expect(try names(in: parent) == ["a"])
            #expect(try names(in: destination) == ["report.json"])
        }
    }

    @Test func replacesAnEarlierResultOnlyWhenCommitted() throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            for (text, file) in [("old", "1.png"), ("new", "2.png")] {
                let folder = try ResultFolder(destination: destination)
                try write(text, to: folder.url(file))
                var report = OutputReportTests().report
                report.files = try digests(below: FilePath(folder.staging))
                try report.write(to: folder.url("report.json"))
                if text == "new" { #expect(try names(in: destination) == ["1.png", "report.json"]) }
                try folder.commit()
            }
            #expect(try names(in: destination) == ["2.png", "report.json"])
            #expect(try names(in: parent) == ["a"])
        }
    }

    @Test func leavesNothingWhenDiscarded() throws {
        try withTemporaryDirectory { parent in
            let folder = try ResultFolder(destination: parent.appendingPathComponent("a"))
            try write("part", to: folder.url("1.png"))
            folder.discard()
            #expect(try names(in: parent) == [])
        }
    }

    @Test func takesAnotherName() throws {
        try withTemporaryDirectory { parent in
            let folder = try ResultFolder(destination: parent.appendingPathComponent("a"))
            try folder.commit(as: parent.appendingPathComponent("b"))
            #expect(try names(in: parent) == ["b"])
        }
    }

    @Test(arguments: [["1.png", "2.png"], ["overview.png"], ["intermediate/1/HR/00.png"], ["report.json"]])
    func isNotOursByItsNames(_ files: [String]) throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            for file in files {
                let url = destination.appendingPathComponent(file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try write("mine", to: url)
            }
            #expect(throws: ResultFolderError.foreignContent(path: destination.relativePath, item: files[0]))
            {
                try ResultFolder.checkReplaceable(destination)
            }
        }
    }

    @Test(arguments: ["1.png", "overview.png", "intermediate/1/HR/00.png", "intermediate/1/LR/99.png"])
    func knowsAResultOfTheVersionBeforeByItsReport(_ file: String) throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            for file in [file, "report.json"] {
                let url = destination.appendingPathComponent(file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try write(file, to: url)
            }
            try OutputReportTests().report.json().write(to: destination.appendingPathComponent("report.json"))
            try ResultFolder.checkReplaceable(destination)
            let notes = destination.appendingPathComponent(file).deletingLastPathComponent()
                .appendingPathComponent("2.png")
            try write("mine", to: notes)
            #expect(throws: ResultFolderError.self) { try ResultFolder.checkReplaceable(destination) }
        }
    }

    @Test func aCompleteResultIsReplacedByItsLikeAlone() throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            let folder = try ResultFolder(destination: destination)
            try OutputReportTests().report.json().write(to: folder.url("report.json"))
            try folder.commit()
            let path = destination.relativePath
            #expect(try ResultFolder.checkReplaceable(destination, byResultOf: "00ff", seed: 3))
            #expect(throws: ResultFolderError.otherResult(path: path, difference: .seed(.max))) {
                try ResultFolder.checkReplaceable(destination, byResultOf: "00ff", seed: nil)
            }
            #expect(
                throws: ResultFolderError.otherResult(path: path, difference: .input(file: "faces/a.png"))
            ) {
                try ResultFolder.checkReplaceable(destination, byResultOf: "ff00", seed: 3)
            }
        }
    }

    @Test func refusesToReplaceWhatIsNotAResult() throws {
        try withTemporaryDirectory { parent in
            let destination = parent.appendingPathComponent("a")
            try FileManager.default.createDirectory(at: destination, withIntermediateDirectories: true)
            try write("dear diary", to: destination.appendingPathComponent("diary.txt"))
            let folder = try ResultFolder(destination: destination)
            #expect(throws: ResultFolderError.self) { try folder.commit() }
            folder.discard()
            #expect(try names(in: destination) == ["diary.txt"])

            let file = parent.appendingPathComponent("b")
            try write("a file", to: file)
            #expect(throws: ResultFolderError.notAFolder(path: file.relativePath)) {
                try ResultFolder.checkReplaceable(file)
            }
            let link = parent.appendingPathComponent("c")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: destination)
            #expect(throws: ResultFolderError.notAFolder(path: link.relativePath)) {
                try ResultFolder.checkReplaceable(link)
            }
        }
    }
}
