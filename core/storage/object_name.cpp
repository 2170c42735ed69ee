#include "core/storage/object_name.h"

#include <string>

namespace tidemark::storage {

bool isObjectName(std::string_view name)
{
    if (name.find('\0') != std::string_view::npos) {
        return false;
    }
    while (!name.empty()) {
        const std::string_view part = name.substr(0, name.find('/'));
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        if (part.size() == name.size()) {
            return true;
        }
        name.remove_prefix(part.size() + 1);
    }
    return false;
}

Status checkObjectName(std::string_view name)
{
    if (isObjectName(name)) {
        return {};
    }
    return Error{.code = ErrorCode::Usage,
                 .what = {TIDEMARK_TEXT("storage", "\"%1\" cannot be the name of an object."),
                          {std::string(name)}}};
}

}  // namespace tidemark::storage
