# Headers, package files and licence. Nothing here depends on the architecture.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/realign")
set(package_build_dir "${PROJECT_BINARY_DIR}/package")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/realign" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inc")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# One export per component, so that a user of one does not need the dependencies of another.
foreach(component IN LISTS realign_components)
  install(TARGETS realign_${component} EXPORT realign-${component}-targets
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT realign-${component}-targets NAMESPACE realign:: DESTINATION "${package_dir}")
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/realign-config.cmake.in"
  "${package_build_dir}/realign-config.cmake" INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# Until 1.0 a minor step may break an interface.
write_basic_package_version_file("${package_build_dir}/realign-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  "${package_build_dir}/realign-config.cmake"
  "${package_build_dir}/realign-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/realign-dependencies.cmake"
  DESTINATION "${package_dir}")

# The .pc file finds its prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH realign_pc_prefix
  "${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
set(realign_pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(realign_pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/realign.pc.in" "${package_build_dir}/realign.pc" @ONLY)
install(FILES "${package_build_dir}/realign.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
