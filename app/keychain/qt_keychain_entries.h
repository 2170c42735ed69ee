#pragma once

#include "app/keychain/keychain_entries.h"

#include <QObject>

namespace QKeychain {
class Job;
}

namespace tidemark::keychain {

/// The entries of KWallet, GNOME Keyring, KeePassXC: whatever runs on this desktop, under the
/// service "Tidemark". Nothing is ever written to a file instead.
class QtKeychainEntries final : public QObject, public KeychainEntries {
    Q_OBJECT

public:
    using QObject::QObject;

    void read(const std::string& key, Answered answered) override;
    void write(const std::string& key, const Secret& text, Answered answered) override;
    void remove(const std::string& key, Answered answered) override;

private:
    void start(QKeychain::Job* job, const std::string& key, Answered answered);
};

}  // namespace tidemark::keychain
