# find_package(realign) after an install, pkg-config, and what find_package must refuse.
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(prefix "${SCRATCH}/first place")
run("${CMAKE_COMMAND}" --install "${BINARY_DIR}" --prefix "${prefix}")

# An installed tree can be moved, and names no folder of the build.
file(RENAME "${prefix}" "${SCRATCH}/prefix")
set(prefix "${SCRATCH}/prefix")
file(GLOB_RECURSE installed "${prefix}/share/*")
foreach(file IN LISTS installed)
  file(READ "${file}" text)
  foreach(dir "${SOURCE_DIR}" "${BINARY_DIR}")
    string(FIND "${text}" "${dir}" place)
    if(NOT place EQUAL -1)
      message(FATAL_ERROR "${file} names ${dir}")
    endif()
  endforeach()
endforeach()

list(APPEND configure "-DCMAKE_PREFIX_PATH=${prefix}" -S "${here}/installed")

run(${configure} -B build "-DVERSION=${major_minor}" "-DMAIN=${here}/main.cpp")
run("${CMAKE_COMMAND}" --build build)
run_program("${SCRATCH}/build/program")

# The core component asks for nothing but a compiler.
run(${configure} -B core -DCOMPONENTS=core "-DMAIN=${here}/core.cpp"
  -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
run("${CMAKE_COMMAND}" --build core)
run("${SCRATCH}/core/program")

# The xtensor component, where it was there to install.
if(EXISTS "${prefix}/share/cmake/realign/realign-xtensor-targets.cmake")
  file(GLOB adaptors RELATIVE "${prefix}/include" "${prefix}/include/realign/adapt/xtensor*.hpp")
  list(TRANSFORM adaptors REPLACE "(.+)" "#include <\\1>\n")
  list(JOIN adaptors "" adaptors)
  file(WRITE "${SCRATCH}/xtensor.cpp" "${adaptors}int main() {}\n")
  run(${configure} -B xtensor -DCOMPONENTS=xtensor "-DMAIN=${SCRATCH}/xtensor.cpp"
    -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
  run("${CMAKE_COMMAND}" --build xtensor)
  refuse("component xtensor: xtensor was not found" ${configure} -B no-xtensor -DCOMPONENTS=xtensor
    -DCMAKE_DISABLE_FIND_PACKAGE_xtensor=ON)
endif()

foreach(version 0.0 "${next_minor}" 99.0)
  refuse("compatible with requested version \"${version}\"" ${configure} -B version -DVERSION=${version})
endforeach()
refuse("component telepathy: no such component" ${configure} -B unknown -DCOMPONENTS=telepathy)
refuse("component realign: Eigen 3.4 or newer" ${configure} -B no-eigen
  -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)

find_program(pkg_config NAMES pkg-config pkgconf)
if(pkg_config)
  set(ENV{PKG_CONFIG_PATH} "${prefix}/share/pkgconfig:$ENV{PKG_CONFIG_PATH}")
  run("${pkg_config}" --cflags "realign = ${REALIGN_VERSION}")
  separate_arguments(flags UNIX_COMMAND "${output}")
  list(TRANSFORM flags REPLACE "^-I(.*eigen.*)" "-isystem\\1")
  run(${compile} ${flags} "${here}/main.cpp" -o by-pkg-config)
  run_program("${SCRATCH}/by-pkg-config")
endif()
