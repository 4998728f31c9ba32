// SPDX-License-Identifier: MIT
// refused: executor
// refused: ex\(count, body\)
#include <realign/core/executor.hpp>

struct odd_executor {
#ifdef REFUSED
  template <class Body>
  void operator()(const Body& body) const {
#else
  template <class Body>
  void operator()(std::size_t, const Body& body) const {
#endif
    body(0, 0);
  }
};

template <realign::executor E>
void run(const E&) {}

void use() { run(odd_executor()); }
