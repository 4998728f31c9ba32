# What each component needs, found the same way by this project and by the installed package.
#
# realign_find_dependencies(<component> <result>) sets <result> to the empty string when everything
# is there and to the reason when not. A target that exists already is taken as it is.

# Eigen is searched without a version: its own version file refuses 5.x for a request of 3.4, and
# refuses ranges in 3.4.0. The number is compared here instead.
macro(realign_find_eigen result)
  if(NOT TARGET Eigen3::Eigen)
    find_package(Eigen3 CONFIG QUIET)
    if(NOT TARGET Eigen3::Eigen)
      set(${result} "Eigen 3.4 or newer (package Eigen3) was not found")
    elseif(Eigen3_VERSION VERSION_LESS 3.4)
      set(${result} "Eigen 3.4 or newer is needed, found ${Eigen3_VERSION} in ${Eigen3_DIR}")
    endif()
  endif()
endmacro()

macro(realign_find_json result)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    find_package(nlohmann_json CONFIG QUIET)
    if(NOT TARGET nlohmann_json::nlohmann_json)
      set(${result} "nlohmann-json (package nlohmann_json) was not found")
    endif()
  endif()
endmacro()

macro(realign_find_xtensor result)
  if(NOT TARGET xtensor)
    find_package(xtensor CONFIG QUIET)
    if(NOT TARGET xtensor)
      set(${result} "xtensor was not found")
    endif()
  endif()
endmacro()

macro(realign_find_dependencies component result)
  set(${result} "")
  if("${component}" STREQUAL "realign")
    realign_find_eigen(${result})
    if("${${result}}" STREQUAL "")
      realign_find_json(${result})
    endif()
  elseif("${component}" STREQUAL "xtensor")
    realign_find_xtensor(${result})
  endif()
endmacro()
