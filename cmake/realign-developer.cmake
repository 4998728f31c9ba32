# What the tests, benchmarks and examples of this repository are built with; never exported.
add_library(realign_developer INTERFACE)
target_link_libraries(realign_developer INTERFACE realign::core)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(realign_developer INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror)
  # g++ 12 warns wrongly of overlapping copies in `"text" + std::string` (GCC bug 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(realign_developer INTERFACE -Wno-restrict)
  endif()
elseif(MSVC)
  target_compile_options(realign_developer INTERFACE /W4 /WX /permissive-)
endif()
