// SPDX-License-Identifier: MIT
// refused: the size of the struct is no multiple of its member's size
#include <realign/core/member_view.hpp>

#include <vector>

struct odd {
  double score;
#ifdef REFUSED
  float more;
} __attribute__((packed, aligned(4)));
#else
};
#endif

std::size_t use(std::vector<odd>& all) { return realign::member_view(all, &odd::score).size(); }
