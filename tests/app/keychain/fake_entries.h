#pragma once

#include "app/keychain/keychain_entries.h"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace tidemark::keychain::tests {

/// A keychain in memory that answers when a test lets it.
class FakeEntries final : public KeychainEntries {
public:
    std::map<std::string, std::string> held;
    EntryAnswer::Outcome trouble = EntryAnswer::Outcome::Done;  ///< Else each question meets it.
    std::deque<std::function<void()>> waiting;

    void answerAll()
    {
        while (!waiting.empty()) {
            const auto next = std::move(waiting.front());
            waiting.pop_front();
            next();
        }
    }

    void read(const std::string& key, Answered answered) override
    {
        answer(std::move(answered), [this, key]() -> EntryAnswer {
            const auto found = held.find(key);
            return found == held.end() ? EntryAnswer{.outcome = EntryAnswer::Outcome::NotThere}
                                       : EntryAnswer{.text = Secret(found->second)};
        });
    }
    void write(const std::string& key, const Secret& text, Answered answered) override
    {
        answer(std::move(answered), [this, key, text]() -> EntryAnswer {
            held[key] = text.reveal();
            return {};
        });
    }
    void remove(const std::string& key, Answered answered) override
    {
        answer(std::move(answered), [this, key]() -> EntryAnswer {
            return {.outcome = held.erase(key) > 0 ? EntryAnswer::Outcome::Done
                                                   : EntryAnswer::Outcome::NotThere};
        });
    }

private:
    void answer(Answered answered, std::function<EntryAnswer()> work)
    {
        waiting.push_back([this, answered = std::move(answered), work = std::move(work)] {
            const bool works = trouble == EntryAnswer::Outcome::Done;
            answered(works ? work() : EntryAnswer{.outcome = trouble, .detail = "no reply"});
        });
    }
};

}  // namespace tidemark::keychain::tests
