# SPDX-License-Identifier: GPL-3.0-or-later
# cppd_module: one module of the tree, with its floor and its arrows.
#
#   cppd_module(metrix FLOOR 1
#     HEADERS store.h reader.h          # public: included as <cppd/metrix/store.h>, each also compiled alone
#     SOURCES store.cc reader.cc
#     TESTS   store_test.cc             # one test binary, <module>_test
#     USES    base                      # modules, by name
#     PUBLIC  Boost::headers            # libraries that our headers include
#     PRIVATE PkgConfig::xxhash         # libraries that only our sources include
#     THREADED                          # its tests also run under the thread sanitizer
#     EXAMPLES)                         # the ```cpp blocks of its README are tests
#
# A module may use modules of lower floors and those of its own floor that are declared before it; anything else does
# not configure. Only the headers listed as public can be included from another module.

define_property(TARGET PROPERTY CPPD_FLOOR)

# Two precompiled headers, made once and shared: the standard library, and the same with Asio.
function(cppd_pch name)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/pch/${name}.cc CONTENT "// Carries the precompiled header.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_link_libraries(${name} PRIVATE fmt::fmt Threads::Threads)
endfunction()
set(pch_std <algorithm> <array> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <span> <string>
    <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)
cppd_pch(cppd_pch_std ${pch_std})
cppd_pch(cppd_pch_asio ${pch_std} "${CMAKE_SOURCE_DIR}/cmake/pch_asio.h")
cppd_pch(cppd_pch_test ${pch_std} <gtest/gtest.h> <gmock/gmock.h>)
target_link_libraries(cppd_pch_test PRIVATE GTest::gmock GTest::gtest)
cppd_pch(cppd_pch_test_asio ${pch_std} <gtest/gtest.h> <gmock/gmock.h> "${CMAKE_SOURCE_DIR}/cmake/pch_asio.h")
target_link_libraries(cppd_pch_test_asio PRIVATE GTest::gmock GTest::gtest)

function(cppd_module name)
  cmake_parse_arguments(arg "THREADED;ASIO;EXAMPLES" "FLOOR" "HEADERS;SOURCES;TESTS;USES;TEST_USES;PUBLIC;PRIVATE;TEST_DATA" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_FLOOR)
    message(FATAL_ERROR "cppd_module(${name}): FLOOR is missing, or not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  string(REPLACE "/" "_" target "cppd_${name}")
  set(pch cppd_pch_std)
  set(test_pch cppd_pch_test)
  if(arg_ASIO)
    set(pch cppd_pch_asio)
    set(test_pch cppd_pch_test_asio)
  endif()

  add_library(${target} STATIC ${arg_SOURCES})
  string(REPLACE "/" "::" alias "cppd::${name}")
  add_library(${alias} ALIAS ${target})
  set_target_properties(${target} PROPERTIES CPPD_FLOOR ${arg_FLOOR} LINKER_LANGUAGE CXX)
  target_precompile_headers(${target} REUSE_FROM ${pch})
  target_link_libraries(${target} PUBLIC fmt::fmt Threads::Threads ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})

  foreach(used IN LISTS arg_USES)
    string(REPLACE "/" "_" used_target "cppd_${used}")
    if(NOT TARGET ${used_target})
      message(FATAL_ERROR "${name} (floor ${arg_FLOOR}) uses ${used}, which is not declared before it")
    endif()
    get_target_property(used_floor ${used_target} CPPD_FLOOR)
    if(used_floor GREATER arg_FLOOR)
      message(FATAL_ERROR "${name} (floor ${arg_FLOOR}) uses ${used} of floor ${used_floor}: arrows point down only")
    endif()
    target_link_libraries(${target} PUBLIC ${used_target})
  endforeach()

  # The include root of the module: links to its public headers, and to nothing else.
  set(root ${CMAKE_BINARY_DIR}/inc/${name})
  foreach(header IN LISTS arg_HEADERS)
    get_filename_component(folder "${root}/cppd/${name}/${header}" DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${root}/cppd/${name}/${header} SYMBOLIC)
  endforeach()
  file(MAKE_DIRECTORY ${root})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}>)

  if(CPPD_CHECK_HEADERS AND arg_HEADERS)
    set(probes)
    foreach(header IN LISTS arg_HEADERS)
      string(MAKE_C_IDENTIFIER ${header} id)
      set(probe ${CMAKE_BINARY_DIR}/headers/${name}/${id}.cc)
      file(GENERATE OUTPUT ${probe} CONTENT "#include <cppd/${name}/${header}>\n")
      list(APPEND probes ${probe})
    endforeach()
    add_library(${target}_headers OBJECT ${probes})
    target_link_libraries(${target}_headers PRIVATE ${target})
  endif()

  if(arg_EXAMPLES)
    cppd_readme_examples(${name} "${arg_HEADERS}")
    list(APPEND arg_TESTS ${CMAKE_CURRENT_BINARY_DIR}/readme_examples.cc)
  endif()

  if(arg_TESTS)
    cppd_test(${target}_test SOURCES ${arg_TESTS} USES ${name} ${arg_TEST_USES} PCH ${test_pch})
    target_link_libraries(${target}_test PRIVATE ${arg_PRIVATE})
    if(arg_THREADED)
      set_tests_properties(${target}_test PROPERTIES LABELS "unit;threaded")
    endif()
  endif()
endfunction()

# Makes readme_examples.cc of the examples in the README of a module; they see its public headers.
function(cppd_readme_examples name headers)
  set(readme ${CMAKE_CURRENT_SOURCE_DIR}/README.md)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/readme_examples.cc)
  list(TRANSFORM headers PREPEND "cppd/${name}/")
  string(REPLACE ";" "," includes "${headers}")
  string(REPLACE "/" "::" namespace "cppd::${name}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DREADME=${readme} -DOUTPUT=${output} -DNAMESPACE=${namespace} "-DINCLUDES=${includes}"
            -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/readme_examples.cmake
    DEPENDS ${readme} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/readme_examples.cmake
    VERBATIM)
endfunction()

# A test binary: build/<preset>/tests/<name>, one ctest entry. CPPD_SOURCE_DIR is the root of the checkout.
function(cppd_test name)
  cmake_parse_arguments(arg "" "PCH" "SOURCES;USES;PRIVATE" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE CPPD_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CPPD_BUILD_DIR="${CMAKE_BINARY_DIR}")
  foreach(used IN LISTS arg_USES)
    string(REPLACE "/" "_" used_target "cppd_${used}")
    target_link_libraries(${name} PRIVATE ${used_target})
  endforeach()
  target_link_libraries(${name} PRIVATE GTest::gmock GTest::gtest GTest::gtest_main ${arg_PRIVATE})
  if(arg_PCH)
    target_precompile_headers(${name} REUSE_FROM ${arg_PCH})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
