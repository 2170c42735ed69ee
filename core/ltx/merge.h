#pragma once

#include "core/ltx/header.h"
#include "core/ltx/page_stream.h"

#include <memory>
#include <span>
#include <vector>

namespace tidemark::ltx {

/// The most files that are merged at once: each is open and holds some pages. Longer runs are
/// merged in stages; so levels are built from levels.
inline constexpr std::size_t kMaxMergeInputs = 512;

/// The header of the file that stands for all of `headers`, lowest first: transactions from the
/// first to the last, size and time of the last, no place in a WAL, no node, no database checksums,
/// digests if all have them. They may overlap, as those of a restore plan do, but each must reach
/// further than the one below it. Damaged if it does not, if they leave a gap, or differ in page
/// size or in the digest between two that are adjacent; Usage if there are none or more than
/// kMaxMergeInputs.
[[nodiscard]] Result<Header> mergedHeader(std::span<const Header> headers);

struct MergeInput {
    Header header = {};
    std::unique_ptr<PageSource> pages = {};
};

/// The pages of such files as one: the newest of each page, none above the last file's size.
/// With mergedHeader() an EncodingSource makes the merged file. A reader holds at most kMergeBytes
/// of pages, but one of each input always; ending without an error, it has read every input to its
/// end.
class MergedPages final : public PageSource {
public:
    /// `inputs` are lowest first, and mergedHeader() accepts their headers (asserted).
    explicit MergedPages(std::vector<MergeInput> inputs);

    static constexpr std::size_t kMergeBytes = std::size_t{32} << 20;

    [[nodiscard]] Result<std::unique_ptr<PageReader>> open() const override;

private:
    std::vector<MergeInput> m_inputs;
    Header m_header;
};

}  // namespace tidemark::ltx
