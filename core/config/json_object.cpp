#include "core/config/json_object.h"

#include <cstdint>

namespace tidemark::config {
namespace {

using nlohmann::json;

/// Empty for what is no whole number or does not fit: it must not come out as another one.
std::optional<int> intOf(const json& value)
{
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        return std::in_range<int>(number) ? std::optional(static_cast<int>(number)) : std::nullopt;
    }
    const auto number = value.is_number_integer() ? value.get<std::int64_t>() : INT64_MAX;
    return std::in_range<int>(number) ? std::optional(static_cast<int>(number)) : std::nullopt;
}

}  // namespace

ObjectReader::ObjectReader(Json object, std::string& wrongKey)
    : m_object(std::move(object)), m_wrongKey(wrongKey)
{
    if (!m_object.is_object()) {
        m_object = Json::object();
        refuse("{}");
    }
}

std::optional<json> ObjectReader::take(const char* key)
{
    const auto found = m_object.find(key);
    if (found == m_object.end()) {
        return std::nullopt;
    }
    json value = std::move(*found);
    m_object.erase(found);
    return value;
}

void ObjectReader::read(const char* key, int& into)
{
    const auto value = take(key);
    const auto number = value ? intOf(*value) : into;
    if (!number) {
        refuse(key);
    }
    into = number.value_or(into);
}

void ObjectReader::refuse(const char* key)
{
    if (m_wrongKey.empty()) {
        m_wrongKey = key;
    }
}

UnknownKeys ObjectReader::unknown() const
{
    return m_object.empty() ? UnknownKeys() : m_object.dump();
}

json objectWith(const UnknownKeys& unknown)
{
    json object = json::parse(unknown.empty() ? "{}" : unknown, nullptr, false);
    return object.is_object() ? object : json::object();
}

}  // namespace tidemark::config
