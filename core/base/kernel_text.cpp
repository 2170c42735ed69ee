#include "core/base/kernel_text.h"

#include <fstream>
#include <iterator>

namespace tidemark {

std::string kernelText(const std::string& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace tidemark
