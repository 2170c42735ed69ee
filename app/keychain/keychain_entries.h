#pragma once

#include "core/base/secret.h"

#include <functional>
#include <string>

namespace tidemark::keychain {

/// What came of one question to a keychain.
struct EntryAnswer {
    enum class Outcome {
        Done,
        NotThere,
        NobodyAnswers,  ///< No keychain runs.
        Refused,        ///< It is locked, and the person left it so.
        Failed,
    };

    Outcome outcome = Outcome::Done;
    Secret text = {};         ///< Of an entry that was read.
    std::string detail = {};  ///< Of a failure, in the keychain's own words.
};

/// The texts that the keychain of the desktop holds for Tidemark, each under its key; a test puts
/// others in their place. For one thread with an event loop: no call blocks, and each answer comes
/// once, later, on that thread; none comes after the object is gone.
class KeychainEntries {
public:
    virtual ~KeychainEntries() = default;

    using Answered = std::function<void(const EntryAnswer& answer)>;

    virtual void read(const std::string& key, Answered answered) = 0;
    /// In the place of what was there.
    virtual void write(const std::string& key, const Secret& text, Answered answered) = 0;
    virtual void remove(const std::string& key, Answered answered) = 0;
};

}  // namespace tidemark::keychain
