// SPDX-License-Identifier: MIT
// The lists behind the registry.
#include "registry.hpp"

namespace bench {
namespace {

std::vector<detail::entry>& all_entries() {
  static std::vector<detail::entry> list;
  return list;
}
std::vector<fact>& all_facts() {
  static std::vector<fact> list;
  return list;
}

}  // namespace

void detail::remember(const entry& e) { all_entries().push_back(e); }
const std::vector<detail::entry>& detail::entries() { return all_entries(); }

void note(const fact& f) { all_facts().push_back(f); }
const std::vector<fact>& facts() { return all_facts(); }

}  // namespace bench
