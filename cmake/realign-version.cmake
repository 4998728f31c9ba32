# Reads REALIGN_VERSION from the one place where it is written.
set(realign_version_header "${CMAKE_CURRENT_LIST_DIR}/../include/realign/core/version.hpp")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${realign_version_header}")

set(REALIGN_VERSION "")
foreach(part MAJOR MINOR PATCH)
  file(STRINGS "${realign_version_header}" line REGEX "^#define REALIGN_VERSION_${part} [0-9]+$")
  if(NOT line MATCHES "([0-9]+)$")
    message(FATAL_ERROR "realign: no REALIGN_VERSION_${part} in ${realign_version_header}")
  endif()
  list(APPEND REALIGN_VERSION "${CMAKE_MATCH_1}")
endforeach()
list(JOIN REALIGN_VERSION "." REALIGN_VERSION)
