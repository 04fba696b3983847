import FaceAlignment
import Testing

@testable import pulse

/// What is said of errors, whose data the libraries' own tests check.
@Suite struct WordingTests {
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
}
