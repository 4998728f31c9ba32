# benchmark_baselines: <family>_<contender>.cpp for every contender that is found here.
set(here "${CMAKE_CURRENT_LIST_DIR}")
separate_arguments(arch UNIX_COMMAND "${REALIGN_BENCHMARK_ARCH}")

# What all contenders are compiled with.
add_library(benchmark_contender INTERFACE)
target_link_libraries(benchmark_contender INTERFACE realign_developer)
target_compile_options(benchmark_contender INTERFACE ${arch})
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Its own AVX-512 headers warn.
  target_compile_options(benchmark_contender INTERFACE -Wno-uninitialized -Wno-maybe-uninitialized)
endif()

# Vector extensions of the limits change their ABI with the instruction set; they stay in one file.
add_library(benchmark_baselines SHARED "${here}/registry.cpp" "${here}/limits.cpp")
target_link_libraries(benchmark_baselines PRIVATE benchmark_contender)
set_target_properties(benchmark_baselines PROPERTIES
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON WINDOWS_EXPORT_ALL_SYMBOLS ON)

# add_contender(<name> SUFFIX <files> [LIBRARIES ...] [INCLUDES ...] [OPTIONS ...] [DEFINITIONS ...])
function(add_contender name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SUFFIX" "LIBRARIES;INCLUDES;OPTIONS;DEFINITIONS")
  file(GLOB sources CONFIGURE_DEPENDS "${here}/*_${arg_SUFFIX}.cpp")
  if(NOT sources)
    return()
  endif()
  add_library(benchmark_${name} OBJECT ${sources})
  set_target_properties(benchmark_${name} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(benchmark_${name} PRIVATE benchmark_contender ${arg_LIBRARIES})
  target_include_directories(benchmark_${name} SYSTEM PRIVATE ${arg_INCLUDES})
  target_compile_options(benchmark_${name} PRIVATE ${arg_OPTIONS})
  target_compile_definitions(benchmark_${name} PRIVATE ${arg_DEFINITIONS})
  target_sources(benchmark_baselines PRIVATE $<TARGET_OBJECTS:benchmark_${name}>)
  target_link_libraries(benchmark_baselines PRIVATE ${arg_LIBRARIES})
endfunction()

add_contender(loop SUFFIX loop)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # Files only: a program linked with -ffast-math has its denormals switched off.
  add_contender(loop_fast_math SUFFIX loop OPTIONS -ffast-math)
endif()
add_contender(eigen SUFFIX eigen LIBRARIES Eigen3::Eigen)

find_package(xtensor QUIET)
find_package(xsimd QUIET)
if(xtensor_FOUND AND xsimd_FOUND)
  add_contender(xtensor SUFFIX xtensor LIBRARIES xtensor xsimd DEFINITIONS XTENSOR_USE_XSIMD)
elseif(xtensor_FOUND)
  add_contender(xtensor SUFFIX xtensor LIBRARIES xtensor)
endif()

if(REALIGN_BENCHMARK_TORCH)
  if(Torch_DIR)  # of a Python package: -DTorch_DIR=<...>/torch/share/cmake/Torch
    find_package(Torch REQUIRED)
    separate_arguments(torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
    add_contender(torch SUFFIX torch LIBRARIES ${TORCH_LIBRARIES} INCLUDES ${TORCH_INCLUDE_DIRS} OPTIONS ${torch_flags})
  else()
    find_path(REALIGN_TORCH_INCLUDE torch/torch.h PATH_SUFFIXES torch/csrc/api/include)
    find_library(REALIGN_TORCH_CPU torch_cpu)
    find_library(REALIGN_TORCH_C10 c10)
    mark_as_advanced(REALIGN_TORCH_INCLUDE REALIGN_TORCH_CPU REALIGN_TORCH_C10)
    if(REALIGN_TORCH_INCLUDE AND REALIGN_TORCH_CPU AND REALIGN_TORCH_C10)
      add_contender(torch SUFFIX torch LIBRARIES "${REALIGN_TORCH_CPU}" "${REALIGN_TORCH_C10}"
        INCLUDES "${REALIGN_TORCH_INCLUDE}")
    endif()
  endif()
  find_path(REALIGN_OPENBLAS_INCLUDE openblas_config.h PATH_SUFFIXES openblas openblas-pthread)
  find_library(REALIGN_OPENBLAS openblas)
  mark_as_advanced(REALIGN_OPENBLAS_INCLUDE REALIGN_OPENBLAS)
  if(REALIGN_OPENBLAS_INCLUDE AND REALIGN_OPENBLAS)
    add_contender(openblas SUFFIX openblas LIBRARIES "${REALIGN_OPENBLAS}" Eigen3::Eigen
      INCLUDES "${REALIGN_OPENBLAS_INCLUDE}")
  endif()
endif()
