// SPDX-License-Identifier: MIT
// A state that offers its own choices, each described by a sparse feature vector; and how texts
// become one.
#ifndef REALIGN_NN_CANDIDATE_SET_HPP
#define REALIGN_NN_CANDIDATE_SET_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <realign/core/contract.hpp>
#include <realign/core/float_bits.hpp>
#include <realign/nn/dense.hpp>
#include <realign/nn/sparse_vector.hpp>
#include <realign/nn/text_encoder.hpp>

namespace realign::inline v0 {

/// The choices on offer in one state: for each a sparse vector of the same dimension, which
/// describes the choice together with the state. Stored as compressed rows.
template <scalar T>
class candidate_set {
 public:
  explicit candidate_set(std::size_t dimension) : dimension_(dimension) {
    expects(dimension > 0 && dimension <= 0x7fffffffU, "dimension", "1 .. 2^31 - 1", dimension);
  }

  /// Adds a choice. @throws contract_error for indices that do not ascend below the dimension
  void add(const nn::sparse_vector<T>& features) {
    nn::expect_valid(features, dimension_);
    indices_.insert(indices_.end(), features.indices.begin(), features.indices.end());
    values_.insert(values_.end(), features.values.begin(), features.values.end());
    offsets_.push_back(static_cast<int>(indices_.size()));
  }

  [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
  [[nodiscard]] std::size_t choice_count() const noexcept { return offsets_.size() - 1; }
  /// Entries of choice a are `offsets()[a] .. offsets()[a + 1]`.
  [[nodiscard]] std::span<const int> offsets() const noexcept { return offsets_; }
  [[nodiscard]] std::span<const int> indices() const noexcept { return indices_; }
  [[nodiscard]] std::span<const T> values() const noexcept { return values_; }
  /// One row per choice.
  [[nodiscard]] nn::sparse_rows<T> rows() const {
    return {static_cast<Eigen::Index>(choice_count()),
            static_cast<Eigen::Index>(dimension_),
            static_cast<Eigen::Index>(indices_.size()),
            offsets_.data(),
            indices_.data(),
            values_.data()};
  }

 private:
  std::size_t dimension_;
  std::vector<int> offsets_{0};
  std::vector<int> indices_;
  std::vector<T> values_;
};

/// How texts are made into a `candidate_set`. Each part has Euclidean norm 1 when the encoder
/// normalises.
struct candidate_options {
  bool scene = true;           ///< the word n-grams of the scene, the same for all its choices
  bool choice = true;          ///< the word and character n-grams of the choice
  bool scene_identity = true;  ///< the choice and its words, each paired with the scene as a whole
  std::size_t keyword_length =
      0;  ///< each scene word of so many bytes or more, paired with each choice word; 0: none
};

namespace detail {

/// Spaces of the hashed features, so that a word of the scene is not the same word in a choice.
enum candidate_space : std::uint64_t {
  scene_space = 1,
  choice_space = 2,
  identity_space = 3,
  keyword_space = 4
};

inline std::vector<std::uint64_t> pair_features(std::string_view scene, std::string_view choice,
                                                const candidate_options& options) {
  std::vector<std::uint64_t> out;
  const std::vector<std::string_view> choice_words = nn::words(choice);
  if (options.scene_identity) {
    const nn::text_hash in_scene =
        nn::text_hash(identity_space).number(nn::text_hash().text(scene).finish());
    const auto add = [&](char kind, std::string_view text) {
      out.push_back(nn::text_hash(in_scene).byte(kind).text(text).finish());
    };
    add('t', choice);
    for (const std::string_view word : choice_words) add('w', word);
  }
  if (options.keyword_length == 0) return out;
  for (const std::string_view keyword : nn::words(scene)) {
    if (keyword.size() < options.keyword_length) continue;
    const nn::text_hash with_keyword = nn::text_hash(keyword_space).text(keyword).byte(' ');
    for (const std::string_view word : choice_words)
      out.push_back(nn::text_hash(with_keyword).text(word).finish());
  }
  return out;
}

}  // namespace detail

/// Describes the choices of a scene by their texts.
///
/// The pairings let even a linear model hold another value for the same choice in every scene.
///
/// @param choices  any range of strings, in the order of the choices
/// @cost O(n log n) in the number of n-grams; allocates
template <scalar T, class Texts>
[[nodiscard]] candidate_set<T> encode_candidates(const nn::text_encoder& encoder,
                                                 std::string_view scene, Texts&& choices,
                                                 const candidate_options& options = {}) {
  nn::text_encoder_options words_only = encoder.options();
  words_only.char_max = 0;
  std::vector<std::pair<int, double>> shared;
  const auto append = [](const nn::sparse_vector<T>& part,
                         std::vector<std::pair<int, double>>& to) {
    for (std::size_t i = 0; i < part.size(); ++i)
      to.emplace_back(part.indices[i], static_cast<double>(part.values[i]));
  };
  if (options.scene)
    append(nn::text_encoder(words_only).encode<T>(scene, detail::scene_space), shared);
  candidate_set<T> out(encoder.dimension());
  for (const auto& text : choices) {
    const std::string_view choice(text);
    std::vector<std::pair<int, double>> entries = shared;
    if (options.choice) append(encoder.encode<T>(choice, detail::choice_space), entries);
    append(encoder.fold<T>(detail::pair_features(scene, choice, options)), entries);
    out.add(nn::collect<T>(std::move(entries)));
  }
  return out;
}

}  // namespace realign::inline v0

#endif  // REALIGN_NN_CANDIDATE_SET_HPP
