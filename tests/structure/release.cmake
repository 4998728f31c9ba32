# cmake -DROOT=<project> -P release.cmake
#
# Changes, the entry to cite and CITATION.cff speak of the version of core/version.hpp.
cmake_minimum_required(VERSION 3.21)
file(STRINGS "${ROOT}/include/realign/core/version.hpp" lines REGEX "^#define REALIGN_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
string(REGEX MATCHALL "[0-9]+" version "${lines}")
list(JOIN version "[.]" pattern)
list(JOIN version "." version)

file(READ "${ROOT}/README.md" readme)
file(READ "${ROOT}/.github/CITATION.cff" citation)
if(NOT readme MATCHES "\n## Changes\n\n[*][*]${pattern}[*][*]")
  message(FATAL_ERROR "README.md: \"Changes\" does not begin with ${version}")
endif()
if(NOT readme MATCHES "\n  version = {${pattern}}")
  message(FATAL_ERROR "README.md: the entry to cite is not of ${version}")
endif()
if(NOT citation MATCHES "\nversion: ${pattern}\n")
  message(FATAL_ERROR "CITATION.cff is not of ${version}")
endif()
message(STATUS "all speak of ${version}")
