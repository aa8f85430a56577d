// sentences(): texts broken into sentences and these into words.
#pragma once

#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

// The words, which begin with a letter or digit, of each sentence. A sentence ends after ! or ?, or
// after a full stop that no small letter follows, once white space follows; words are parted by the
// rules of java.text.BreakIterator on English text.
std::vector<std::vector<std::string_view>> split_sentences(std::string_view text);

}  // namespace firesteel::functions::kernel
