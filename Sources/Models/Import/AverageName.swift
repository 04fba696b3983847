/// Whether a name says that what it names is a running average of the weights, which draws better pictures than
/// the weights in training.
///
/// Trainers write `g_ema`, `G_ema`, `Gs`, `params_ema`, `netG_ema`, `generator_ema.`, `ema.model`, `modelEMA`.
func isAverageName(_ name: String) -> Bool {
    name.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }.contains { part in
        let words = words(of: part)
        return words.indices.contains { i in
            let isDenied = i > 0 && ["no", "non", "not", "without"].contains(words[i - 1])
            return !isDenied && (part == "Gs" || isAverage(word: words[i]))
        }
    }
}

private let averages: Set<String> = [
    "ema", "average", "averaged", "averages", "avg", "swa", "shadow", "running",
]

/// What may stand beside `ema` in one word.
private let networks: Set<String> = [
    "g", "gen", "generator", "net", "netg", "network", "model", "module", "params", "param", "weights",
    "state",
]

private func isAverage(word: String) -> Bool {
    if averages.contains(word) { return true }
    return averages.contains { average in
        word.hasSuffix(average) && networks.contains(String(word.dropLast(average.count)))
            || word.hasPrefix(average) && networks.contains(String(word.dropFirst(average.count)))
    }
}

/// The words of a name in lower case: `netG_ema` and `modelEMA` have `ema` as a word.
private func words(of name: Substring) -> [String] {
    var (words, word): ([String], String) = ([], "")
    let letters = Array(name)
    for (i, letter) in letters.enumerated() {
        let before = i > 0 ? letters[i - 1] : "_"
        let behind = i + 1 < letters.count ? letters[i + 1] : "_"
        let begins =
            letter.isNumber != before.isNumber || letter.isUppercase && before.isLowercase
            || letter.isUppercase && before.isUppercase && behind.isLowercase
        if begins || !(letter.isLetter || letter.isNumber) {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        if letter.isLetter || letter.isNumber { word += letter.lowercased() }
    }
    return word.isEmpty ? words : words + [word]
}
