#pragma once

#include "core/config/settings.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace tidemark::config {

/// Takes the known keys out of one JSON object, remembers the first wrong one, and leaves the rest.
/// For one thread.
class ObjectReader {
public:
    using Json = nlohmann::json;

    /// `wrongKey`, which outlives it, stays empty as long as nothing was refused: one for all
    /// objects of a file. What is no object is refused and has no keys.
    ObjectReader(Json object, std::string& wrongKey);

    /// The value, if there is one.
    [[nodiscard]] std::optional<Json> take(const char* key);

    /// `into` stays as it is where there is none. A value of another kind, a number that does not
    /// fit, and a negative time are refused.
    void read(const char* key, std::string& into) { readAs(key, &Json::is_string, into); }
    void read(const char* key, bool& into) { readAs(key, &Json::is_boolean, into); }
    void read(const char* key, int& into);
    template <typename Period>
    void read(const char* key, std::chrono::duration<std::chrono::milliseconds::rep, Period>& into)
    {
        int count = static_cast<int>(into.count());
        read(key, count);
        if (count < 0) {
            refuse(key);
        }
        into = std::chrono::duration<std::chrono::milliseconds::rep, Period>(count);
    }

    /// Hands each element of a list to `element`.
    template <typename Element>
    void readList(const char* key, Element element)
    {
        const auto value = take(key);
        if (!value) {
            return;
        }
        if (!value->is_array()) {
            refuse(key);
            return;
        }
        for (const Json& item : *value) {
            element(item);
        }
    }

    /// Counts a value among what is not known.
    void leave(const char* key, Json value) { m_object[key] = std::move(value); }

    void refuse(const char* key);

    /// What is left.
    [[nodiscard]] UnknownKeys unknown() const;

private:
    template <typename Value>
    void readAs(const char* key, bool (Json::*isOfKind)() const noexcept, Value& into)
    {
        const auto value = take(key);
        if (value && ((*value).*isOfKind)()) {
            value->get_to(into);
        } else if (value) {
            refuse(key);
        }
    }

    Json m_object;
    std::string& m_wrongKey;
};

/// An object with the unknown keys in it, to which the known ones are added.
[[nodiscard]] nlohmann::json objectWith(const UnknownKeys& unknown);

}  // namespace tidemark::config
