// SPDX-License-Identifier: MIT
// Text as a hashed bag of word and character n-grams: no vocabulary, no training, the same on every
// platform.
#ifndef REALIGN_NN_TEXT_ENCODER_HPP
#define REALIGN_NN_TEXT_ENCODER_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/nn/sparse_vector.hpp>

namespace realign::inline v0::nn {

/// A 64-bit FNV-1a hash in the making (Fowler, Noll and Vo); `finish` spreads its bits
/// (splitmix64).
class text_hash {
 public:
  explicit constexpr text_hash(std::uint64_t space = 0) noexcept { number(space); }

  /// Adds one byte; ASCII capitals count as small letters.
  constexpr text_hash& byte(char c) noexcept {
    const auto b = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    state_ = (state_ ^ b) * 1099511628211ULL;
    return *this;
  }
  constexpr text_hash& text(std::string_view s) noexcept {
    for (const char c : s) byte(c);
    return *this;
  }
  /// Adds the eight bytes of a number, lowest first.
  constexpr text_hash& number(std::uint64_t n) noexcept {
    for (int i = 0; i < 8; ++i, n >>= 8) state_ = (state_ ^ (n & 0xffU)) * 1099511628211ULL;
    return *this;
  }
  [[nodiscard]] constexpr std::uint64_t finish() const noexcept {
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 14695981039346656037ULL;
};

/// The words of a text in order: runs of ASCII letters, digits, and bytes outside ASCII, which pass
/// through.
[[nodiscard]] inline std::vector<std::string_view> words(std::string_view text) {
  const auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && in_word(text[end])) ++end;
    if (end > i) out.push_back(text.substr(i, end - i));
    i = end + 1;
  }
  return out;
}

/// What a text encoder counts, and how it weighs the counts.
struct text_encoder_options {
  std::size_t dimension = 4096;  ///< length of the vectors, 1 .. 2^31 - 1
  std::size_t word_min = 1;      ///< word n-grams of n = word_min .. word_max; word_max = 0: none
  std::size_t word_max = 2;
  std::size_t char_min =
      3;  ///< n-grams of the bytes of a word with a blank at either end; char_max = 0: none
  std::size_t char_max = 5;
  bool signed_hashing =
      true;                ///< a bit of the hash is the sign, so that collisions cancel on average
  bool sublinear = true;   ///< an n-gram that occurs c times counts 1 + log c instead of c
  bool normalized = true;  ///< vectors are scaled to Euclidean norm 1
};

/// Maps texts to sparse vectors by feature hashing (Weinberger et al., ICML 2009). Letters' case is
/// ignored within ASCII.
class text_encoder {
 public:
  /// @throws contract_error for a dimension or a range of n that makes no sense
  explicit text_encoder(const text_encoder_options& options = {}) : options_(options) {
    expects(options.dimension > 0 && options.dimension <= 0x7fffffffU, "dimension", "1 .. 2^31 - 1",
            options.dimension);
    expects(options.word_max == 0 || (options.word_min > 0 && options.word_min <= options.word_max),
            "word_min", "a number from 1 to word_max", options.word_min, " with word_max ",
            options.word_max);
    expects(options.char_max == 0 || (options.char_min > 0 && options.char_min <= options.char_max),
            "char_min", "a number from 1 to char_max", options.char_min, " with char_max ",
            options.char_max);
  }

  [[nodiscard]] const text_encoder_options& options() const noexcept { return options_; }
  [[nodiscard]] std::size_t dimension() const noexcept { return options_.dimension; }

  /// The vector of a text; a text without words gives one without entries.
  ///
  /// @param space  the same n-gram in another space is another feature
  /// @cost O(n log n) in the number of n-grams; allocates
  template <scalar T>
  [[nodiscard]] sparse_vector<T> encode(std::string_view text, std::uint64_t space = 0) const {
    return fold<T>(features(text, space));
  }

  /// The hashes of all n-grams of a text, as often as they occur.
  [[nodiscard]] std::vector<std::uint64_t> features(std::string_view text,
                                                    std::uint64_t space = 0) const {
    const std::vector<std::string_view> all = words(text);
    std::vector<std::uint64_t> out;
    out.reserve(feature_count(all));
    for (std::size_t i = 0; i < all.size(); ++i) {
      text_hash h(space);
      h.byte('w');
      for (std::size_t n = 1; n <= options_.word_max && i + n <= all.size(); ++n) {
        h.byte(' ').text(all[i + n - 1]);
        if (n >= options_.word_min) out.push_back(h.finish());
      }
    }
    for (const std::string_view word : all) append_char_ngrams(word, space, out);
    return out;
  }

  /// Counts features and folds them into a vector of the encoder's dimension.
  template <scalar T>
  [[nodiscard]] sparse_vector<T> fold(std::vector<std::uint64_t> features) const {
    std::sort(features.begin(), features.end());
    std::vector<std::pair<int, double>> entries;
    entries.reserve(features.size());
    for (std::size_t i = 0; i < features.size();) {
      const std::uint64_t f = features[i];
      std::size_t count = 0;
      for (; i < features.size() && features[i] == f; ++i) ++count;
      const double size = options_.sublinear ? 1 + std::log(static_cast<double>(count))
                                             : static_cast<double>(count);
      const bool negative = options_.signed_hashing && (f >> 63) != 0;
      entries.emplace_back(static_cast<int>(f % options_.dimension), negative ? -size : size);
    }
    sparse_vector<T> out = collect<T>(std::move(entries));
    if (options_.normalized) normalize(out);
    return out;
  }

 private:
  /// Byte i of a word with a blank at either end.
  [[nodiscard]] static char padded(std::string_view word, std::size_t i) noexcept {
    return i == 0 || i > word.size() ? ' ' : word[i - 1];
  }
  void append_char_ngrams(std::string_view word, std::uint64_t space,
                          std::vector<std::uint64_t>& out) const {
    const std::size_t length = word.size() + 2;
    for (std::size_t i = 0; i < length; ++i) {
      text_hash h(space);
      h.byte('c');
      for (std::size_t n = 1; n <= options_.char_max && i + n <= length; ++n) {
        h.byte(padded(word, i + n - 1));
        if (n >= options_.char_min) out.push_back(h.finish());
      }
    }
  }
  [[nodiscard]] static std::size_t ngram_count(std::size_t length, std::size_t low,
                                               std::size_t high) noexcept {
    std::size_t count = 0;
    for (std::size_t n = low; n <= high && n <= length; ++n) count += length - n + 1;
    return count;
  }
  [[nodiscard]] std::size_t feature_count(const std::vector<std::string_view>& all) const noexcept {
    std::size_t count = ngram_count(all.size(), options_.word_min, options_.word_max);
    for (const std::string_view word : all)
      count += ngram_count(word.size() + 2, options_.char_min, options_.char_max);
    return count;
  }

  text_encoder_options options_;
};

}  // namespace realign::inline v0::nn

#endif  // REALIGN_NN_TEXT_ENCODER_HPP
