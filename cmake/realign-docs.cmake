# The target `docs`: the reference as HTML, in <build>/docs/html. Left out where Doxygen is not found.
find_package(Doxygen 1.9.2 QUIET)  # the first to know concepts
if(NOT DOXYGEN_FOUND)
  return()
endif()

configure_file("${CMAKE_CURRENT_LIST_DIR}/Doxyfile.in" "${PROJECT_BINARY_DIR}/Doxyfile" @ONLY)
add_custom_target(docs
  COMMAND Doxygen::doxygen "${PROJECT_BINARY_DIR}/Doxyfile"
  WORKING_DIRECTORY "${PROJECT_BINARY_DIR}"
  COMMENT "Writing docs/html" VERBATIM)
