import Files
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// A file with that header, byte for byte, and that many data bytes behind it.
func safetensors(_ header: String, dataBytes: Int = 0, length: UInt64? = nil) -> FileBytes {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Array($0) }
    bytes += Array(header.utf8)
    bytes += (0..<dataBytes).map { UInt8($0 & 0xFF) }
    return FileBytes(bytes, name: "test.safetensors")
}

@Suite struct SafetensorsFileTests {
    @Test func readsWhatTheReferenceImplementationWrites() throws {
        let file = try SafetensorsFile(contentsOf: goldenURL("types.safetensors"))
        let numbers = Tensor<Float>([0, 1, 2, 3, 64, 127], shape: [2, 3])
        for name in ["float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"] {
            #expect(try file.tensor(name) == numbers, "\(name)")
        }
        let double = try file.tensor("float64", as: Double.self)
        #expect(double[1] == 1 + 0x1p-40)
        #expect(try file.tensor("bool").elements == [1, 0])
        #expect(
            try file.tensor("halves").elements
                == [0, -0.0, 0x1p-24, -0x1p-14, 65504, 1.000_976_562_5, .infinity])
        #expect(try file.tensor("halves")[1].sign == .minus)
        #expect(file.shape(of: "scalar") == [])
        #expect(try file.tensor("scalar").elements == [2.5])
        #expect(try file.tensor("empty").shape == [0, 3])
        #expect(file.metadata == ["note": "tab\tquote\" ünï \\ 😀", "empty": ""])
        #expect(file.names.count == 15)
    }

    @Test func refusesNumbersThatWouldNotBeExact() throws {
        let file = try SafetensorsFile(contentsOf: goldenURL("types.safetensors"))
        #expect(throws: CheckpointError.self) { try file.tensor("large") }
        #expect(throws: CheckpointError.self) { try file.tensor("float8") }
        #expect(problem { try file.tensor("nothing") } == .missingTensor("nothing"))
    }

    @Test func readsBackWhatItWrites() throws {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("a.safetensors")
            let random = CounterRandom(seed: 1)
            let tensors: [(name: String, tensor: Tensor<Float>)] = [
                ("b", random.normals(shape: [3, 5])), ("a \"ü\"\n\u{1}", random.normals(shape: [7])),
                ("none", Tensor(zeros: [0, 2])), ("scalar", Tensor([4], shape: [])),
            ]
            let metadata = ["z": "line\nbreak \\ \"quoted\" \u{7}", "a": "{\"json\":[1]}"]
            try writeSafetensors(tensors, metadata: metadata, to: url)
            let file = try SafetensorsFile(contentsOf: url)
            #expect(file.metadata == metadata)
            for (name, tensor) in tensors { #expect(try file.tensor(name) == tensor, "\(name)") }

            let bytes = try Data(contentsOf: url)
            try writeSafetensors(tensors, metadata: metadata, to: url)
            #expect(try Data(contentsOf: url) == bytes, "the same input gives the same bytes")
            let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            #expect((8 + header) % 64 == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
        }
    }

    /// In a folder that is itself made aside a file needs no hidden folder of its own.
    @Test func writesInPlaceWhereTheFolderIsAside() throws {
        try withTemporaryDirectory { folder in
            let (aside, whole) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"))
            let tensor = Tensor<Float>([1, 2, 3], shape: [3])
            let stream = try SafetensorsStream(
                [("x", [3])], metadata: [:], to: FilePath(aside), isAside: true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a"])
            try stream.append(tensor)
            try stream.finish()
            try writeSafetensors([("x", tensor)], metadata: [:], to: whole)
            #expect(try Data(contentsOf: aside) == Data(contentsOf: whole))
            #expect(throws: CheckpointError.self, "it is new") {
                try writeSafetensors([("x", tensor)], metadata: [:], to: FilePath(aside), isAside: true)
            }
        }
    }

    @Test func leavesNothingBehindWhereItCannotWrite() throws {
        try withTemporaryDirectory { folder in
            let taken = folder.appendingPathComponent("taken")
            try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
            try Data("x".utf8).write(to: taken.appendingPathComponent("inside"))
            #expect(throws: CheckpointError.self) { try writeSafetensors([], metadata: [:], to: taken) }
            #expect(throws: CheckpointError.self) {
                try writeSafetensors([], metadata: [:], to: folder.appendingPathComponent("no/such/folder"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
            let twice = [("a", Tensor<Float>(zeros: [1])), ("a", Tensor<Float>(zeros: [1]))]
            #expect(
                problem { try writeSafetensors(twice, metadata: [:], to: folder.appendingPathComponent("t")) }
                    == .duplicateTensor("a"))
        }
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, nil),
        (#" { } "#, 0, CheckpointError.Problem.headerSyntax(offset: 8, expected: "'{'")),
        (#"{ }  "#, 0, nil),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7,
            .outOfRange(tensor: "a", offset: 0, size: 8, available: 7)
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, .strayBytes(1)),
        (
            #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8,
            .sizeMismatch(tensor: "a", expected: 12, found: 8)
        ),
        (
            #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#, 8,
            .unknownElementType(tensor: "a", type: "F99")
        ),
        (
            #"{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}"#,
            8,
            .impossibleShape(tensor: "a")
        ),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
            8, .gapOrOverlap(tensor: "b", expectedOffset: 4, found: 0)
        ),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
            12, .gapOrOverlap(tensor: "b", expectedOffset: 4, found: 8)
        ),
        (
            #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
            0, .duplicateTensor("a")
        ),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
            .outOfRange(tensor: "a", offset: 8, size: -8, available: 8)
        ),
        (
            #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8,
            .headerSyntax(offset: 55, expected: "a smaller number")
        ),
        (
            #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#, 8,
            .headerSyntax(offset: 37, expected: "a non-negative integer")
        ),
        (
            #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8,
            .headerSyntax(offset: 36, expected: "one each of dtype, shape and data_offsets")
        ),
        (
            #"{"__metadata__":{"a":"1","a":"2"}}"#, 0,
            .headerSyntax(offset: 40, expected: "each metadata key once")
        ),
        (#"{} x"#, 0, .headerSyntax(offset: 11, expected: "the end of the header")),
    ])
    func checksTheHeader(_ header: String, dataBytes: Int, expected: CheckpointError.Problem?) throws {
        #expect(problem { try SafetensorsFile(safetensors(header, dataBytes: dataBytes)) } == expected)
    }

    @Test func checksTheHeadersLength() {
        for length in [3, 100_000_001, UInt64(Int.max), .max] {
            let file = safetensors("{}", length: length)
            #expect(
                problem { try SafetensorsFile(file) }
                    == .headerTooLong(bytes: Int(clamping: length), limit: 2))
        }
        #expect(
            problem { try SafetensorsFile(FileBytes([1, 2, 3], name: "x")) }
                == .truncated(needed: 8, available: 3))
        let deep = String(repeating: "{\"a\":", count: 100_000)
        #expect(throws: CheckpointError.self) { try SafetensorsFile(safetensors(deep)) }
    }

    @Test func refusesWhatIsNoRegularFile() throws {
        try withTemporaryDirectory { folder in
            #expect(problem { try SafetensorsFile(contentsOf: folder) } == .notARegularFile)
            let pipe = folder.appendingPathComponent("pipe")
            #expect(mkfifo(pipe.path, 0o600) == 0)
            #expect(problem { try SafetensorsFile(contentsOf: pipe) } == .notARegularFile)
            #expect(problem { try FileBytes(reading: pipe, limit: 10) } == .notARegularFile)
            let large = folder.appendingPathComponent("large")
            try Data(count: 11).write(to: large)
            #expect(problem { try FileBytes(reading: large, limit: 10) } == .tooLarge(bytes: 11, limit: 10))
            #expect(throws: CheckpointError.self) {
                try SafetensorsFile(contentsOf: folder.appendingPathComponent("missing"))
            }
        }
    }

    @Test func hashesFiles() throws {
        #expect(
            sha256(of: FileBytes(Array("abc".utf8), name: "abc"))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            sha256(of: FileBytes([], name: "empty"))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    /// A mapped file is hashed in pieces, whose memory goes back; it can be read all the same.
    @Test func hashesMappedFilesInPieces() throws {
        try withTemporaryDirectory { folder in
            let url = folder.appendingPathComponent("large")
            for count in [1 << 20, (1 << 20) + 1, (3 << 20) - 5] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
                try Data(bytes).write(to: url)
                let file = try FileBytes(mapping: url)
                #expect(sha256(of: file) == sha256(of: FileBytes(bytes, name: "memory")), "\(count)")
                file.withBytes { #expect($0.elementsEqual(bytes)) }
            }
        }
    }
}

/// What is wrong with a file, according to the error that `body` throws; nil if it throws none.
func problem<Value>(_ body: () throws -> Value) -> CheckpointError.Problem? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? CheckpointError)?.problem
    }
}
