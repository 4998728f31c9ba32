# Macros that <windows.h> leaves behind do no harm: they are there when the headers of realign come.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

foreign_includes(foreign)
set(macros "
#undef min
#undef max
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define near
#define far
#define interface struct
")
file(WRITE "${SCRATCH}/windows.cpp" "${foreign}${macros}#include <realign/realign.hpp>\n")
run(${compile} -O0 -fsyntax-only windows.cpp)
