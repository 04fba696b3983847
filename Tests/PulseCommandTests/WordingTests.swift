import FaceAlignment
import Files
import Foundation
import Generators
import Imaging
import Models
import TestSupport
import Testing

@testable import pulse

/// What is said of errors, whose data the libraries' own tests check.
@Suite struct WordingTests {
    // MARK: Pictures

    @Test func aPipeIsCalledOne() {
        #expect(wording(of: PictureError.notARegularFile(name: "in")).contains("pipe"))
    }

    @Test(arguments: ["PDF", "SVG", "camera raw (CR3)", "TGA"])
    func formatsThatAreNotReadAreNamed(_ format: String) {
        let text = wording(of: PictureError.declined(name: "in", format: format))
        #expect(text.contains(format) && text.contains("PNG or JPEG"))
    }

    @Test(
        "What is no picture is told what it is, and not to be converted",
        arguments: NotAPicture.allCases)
    func noPictures(_ kind: NotAPicture) {
        let names: [NotAPicture: String] = [
            .appleDouble: "macOS metadata", .finderSettings: "the Finder's settings of a folder",
            .webPage: "a web page", .gitPointer: "a pointer of Git LFS", .text: "text",
            .archive: "an archive", .officeDocument: "a document of Windows or Office", .film: "a film",
            .sound: "a sound recording", .program: "a program",
        ]
        let text = wording(of: PictureError.notAPicture(name: "in", kind: kind))
        #expect(names[kind].map { text.hasPrefix("in: \($0), not a picture") } == true, "\(text)")
        #expect(!text.lowercased().contains("convert"))
    }

    @Test func whatIsNotRecognisedIsToldWhichFormatsAre() {
        #expect(wording(of: PictureError.unknownType(name: "in")).contains("JPEG, PNG, WebP, TIFF, HEIC"))
    }

    @Test func aCutFileIsCalledThat() {
        let text = wording(of: PictureError.truncated(name: "in", format: "PNG", reason: ""))
        #expect(text == "in: the PNG file is cut short. Get a complete copy.")
    }

    @Test func tooManyPixelsAreCounted() {
        let text = wording(
            of: PictureError.tooManyPixels(name: "in", width: 60_000, height: 60_000, limit: 200_000_000))
        #expect(text.contains("60000×60000") && text.contains("200"))
    }

    @Test(arguments: [TransferFunction.linear, .pq, .hlg])
    func highDynamicRangeIsToldWhatIsRead(_ transfer: TransferFunction) {
        let text = wording(of: PictureError.transfer(name: "in", format: "PNG", transfer: transfer))
        #expect(text.contains("sRGB"))
    }

    @Test(arguments: [SampleFormat.Kind.unsigned, .signed, .float, .invertedFloat, .complex, .logarithmic])
    func otherSamplesAreToldWhichAreRead(_ kind: SampleFormat.Kind) {
        let samples = SampleFormat(kind: kind, bits: 24)
        let text = wording(of: PictureError.sampleFormat(name: "in", format: "TIFF", samples: samples))
        #expect(text.contains("8 or 16 bits a channel"))
    }

    // MARK: Faces

    @Test func theFormOfAFileOfLandmarksIsSaid() {
        let form = JSONForm.objects(count: 68, keys: ["x", "y"])
        #expect(
            wording(of: AlignmentError.faceFile(name: "a.json", .landmarksForm(form)))
                == "a.json: not a file of landmarks: the landmarks are a list of 68 objects with 'x', 'y', not 68 pairs "
                + "of numbers. Give a JSON file that `pulse align` wrote, or 68 [x, y] pairs.")
        let missing = AlignmentError.faceFile(name: "no/such.json", .file(.missing))
        #expect(wording(of: missing).hasPrefix("no/such.json: "))
    }

    /// No case is shown as Swift prints it.
    @Test(arguments: [
        AlignmentError.landmarks(.count(5)), .landmarks(.tooSmall(side: 0.5)),
        .faceFile(name: "a", .landmarks(.notAPoint(index: 3))), .faceFile(name: "a", .boxForm(.null)),
        .faceFile(name: "a", .scoreForm(.object(keys: []))),
    ])
    func partsOfErrorsHaveWords(_ error: AlignmentError) {
        let text = wording(of: error)
        for name in ["count(", "tooSmall(", "notAPoint(", "boxForm", "object(", "FaceAlignment"] {
            #expect(!text.contains(name), "\(text)")
        }
    }

    // MARK: Models, files and the machine

    @Test func anUnknownModelIsToldHowToBeImported() throws {
        try withTemporaryDirectory { home in
            let error = #expect(throws: ModelError.self) { try ModelStore(home: home).load("nothing") }
            let text = error.map { wording(of: $0) } ?? ""
            #expect(text.contains("nothing") && text.contains("pulse model import"))
        }
    }

    @Test(arguments: [
        (StoreFault.notAFolder, "it is a file, not a folder"),
        (.noRoom(needed: 9, free: 7), "the model takes 9 bytes, and 7 are free"),
        (.file(.unwritable(code: EACCES)), systemMessage(EACCES)),
    ])
    func aStoreThatCannotBeWrittenIsSaid(_ fault: StoreFault, text: String) {
        let error = ModelError.storeUnwritable(folder: "models", fault)
        #expect(wording(of: error) == "models: the model folder cannot be used: \(text)")
    }

    @Test func aModelOfAnUnknownFamilyNamesIt() {
        let error = ModelError.notAModel(file: "toy", .unknownFamily("Toy"))
        #expect(wording(of: error) == "toy: not a model file of this program: the family 'Toy' is unknown")
    }
}
