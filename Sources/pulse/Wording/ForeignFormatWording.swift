import Checkpoints

extension ForeignFormat {
    /// What follows the file's name in a message: what it is, and what to do.
    var words: String {
        switch self {
        case .empty: "is empty; download or copy it again"
        case .zeros: "holds nothing but zeros, as a download does that was never finished; download it again"
        case .webPage:
            "is a web page, not weights: the server sent its page (a warning, a login, a quota) instead of the "
                + "file; open the link in a browser and save the file itself"
        case .webArchive: "is a saved web page, not weights; save the file that the page links to"
        case .serverError:
            "is the error message of a server, not weights; the link has expired or asks for a login: get a new one"
        case .gitLFSPointer(let bytes):
            "is a pointer of Git LFS, not the weights themselves\(bytes.map { " (\($0) bytes)" } ?? ""); run "
                + "'git lfs pull' in its repository, or download the file from the repository's page"
        case .gitAnnexPointer:
            "is a pointer of git-annex, not the weights themselves; run 'git annex get' in its repository"

        case .compressed(let program):
            "is compressed by \(program); unpack it and give what comes out"
        case .tar: "is a tar archive; unpack it and give the file of weights that is in it"
        case .archive(let kind): "is a \(kind) archive; unpack it and give the file of weights that is in it"

        case .hdf5:
            "is HDF5, as Keras and TensorFlow write it, which is not read here; save the network's tensors as "
                + "safetensors"
        case .onnx:
            "is ONNX, a network as a graph, which is not read here; give the checkpoint that it was exported from"
        case .gguf: "is GGUF, a format of language models; it holds no generator of pictures"
        case .ggml: "is GGML, a format of language models; it holds no generator of pictures"
        case .tensorFlowLite:
            "is TensorFlow Lite, which is not read here; give the checkpoint that it was converted from"
        case .tensorFlowSavedModel:
            "is a SavedModel of TensorFlow, which is not read here; of TensorFlow's files NVIDIA's .pkl are"
        case .tensorFlowIndex:
            "is the index of a checkpoint of TensorFlow, which is not read here; of TensorFlow's files NVIDIA's "
                + ".pkl are"
        case .numPy:
            "is an array of NumPy, a single one without a name; save the network's tensors as safetensors"
        case .matlab: "is a file of MATLAB, which is not read here; save the network's tensors as safetensors"

        case .xml(let root):
            "is XML, but no network of OpenVINO: its outermost element is '\(root)', not 'net'"
        case .json:
            "is JSON (settings, or a list of names), not weights; give the file of weights that it belongs to"
        case .text(let start): "is text, not weights; it begins '\(start)'"
        case .picture(let kind): "is a picture (\(kind)), not weights"
        case .document(let kind): "is a document (\(kind)), not weights"
        case .recording: "is a film or a sound recording, not weights"
        case .program: "is a program, not weights"
        case .database: "is a database (SQLite), not weights"
        case .propertyList: "is a property list of macOS (perhaps a saved web page), not weights"
        case .appleDouble:
            "is what macOS keeps beside a file ('._' before its name), not the file; give the one without '._'"
        case .folderSettings: "is Finder's notes on a folder, not weights"
        case .shortcut: "is a shortcut to a file, not the file; give the file itself"
        }
    }
}
