/// The instructions of a pickle that are obeyed: those that Python writes for values, protocols 0 to 5.
///
/// Left out on purpose: extension codes and out-of-band buffers, which refer to things outside the file, and
/// the class instances and persistent names of protocol 0, which no file of weights uses.
///
/// Source: the comments of Python's `pickletools`.
enum PickleOpcode: UInt8 {
    // The machine.
    case mark = 0x28
    case stop = 0x2E
    case pop = 0x30
    case popMark = 0x31
    case duplicate = 0x32
    case version = 0x80
    case frame = 0x95

    // Constants.
    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case integerLine = 0x49
    case integer32 = 0x4A
    case integer8 = 0x4B
    case integer16 = 0x4D
    case longLine = 0x4C
    case long8 = 0x8A
    case long32 = 0x8B
    case doubleLine = 0x46
    case double = 0x47
    case stringLine = 0x53
    case string32 = 0x54
    case string8 = 0x55
    case textLine = 0x56
    case text8 = 0x8C
    case text32 = 0x58
    case text64 = 0x8D
    case bytes8 = 0x43
    case bytes32 = 0x42
    case bytes64 = 0x8E
    case byteArray64 = 0x96

    // Containers.
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case emptyList = 0x5D
    case list = 0x6C
    case append = 0x61
    case appends = 0x65
    case emptyDictionary = 0x7D
    case dictionary = 0x64
    case setItem = 0x73
    case setItems = 0x75
    case emptySet = 0x8F
    case addItems = 0x90
    case frozenSet = 0x91

    // The memo.
    case putLine = 0x70
    case put8 = 0x71
    case put32 = 0x72
    case memoize = 0x94
    case getLine = 0x67
    case get8 = 0x68
    case get32 = 0x6A

    // Names, and what is made with them.
    case global = 0x63
    case instance = 0x69
    case stackGlobal = 0x93
    case reduce = 0x52
    case newObject = 0x81
    case newObjectKeywords = 0x92
    case build = 0x62
    case persistent = 0x51
}
