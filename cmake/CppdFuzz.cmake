# SPDX-License-Identifier: GPL-3.0-or-later
# cppd_fuzz: one libFuzzer target, for decoders of foreign bytes.
#
#   cppd_fuzz(proc_parsers
#     SOURCES parse_fuzz.cc             # defines LLVMFuzzerTestOneInput
#     USES    collectors/linux          # modules, by name
#     PRIVATE some_target
#     SEEDS   testdata/small/proc)      # folders with good input; those of the build by their full path
#
# Exists in the address-sanitizer build only, where all code is instrumented for coverage (CppdToolchain.cmake). ctest
# gives each target a second; `./dev fuzz NAME [SECONDS]` gives it more and keeps what it finds in build/fuzz/NAME.
function(cppd_fuzz name)
  if(NOT CPPD_SANITIZE MATCHES "address")
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;USES;PRIVATE;SEEDS" ${ARGN})
  add_executable(fuzz_${name} ${arg_SOURCES})
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  foreach(used IN LISTS arg_USES)
    string(REPLACE "/" "_" used_target "cppd_${used}")
    target_link_libraries(fuzz_${name} PRIVATE ${used_target})
  endforeach()
  target_link_libraries(fuzz_${name} PRIVATE ${arg_PRIVATE})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set(seeds)
  foreach(folder IN LISTS arg_SEEDS)
    cmake_path(ABSOLUTE_PATH folder)  # below the sources, unless it says otherwise
    list(APPEND seeds ${folder})
  endforeach()
  list(JOIN seeds " " seeds_line)
  file(WRITE ${CMAKE_BINARY_DIR}/fuzz/${name}.seeds "${seeds_line}\n")
  # The first folder receives new inputs, so it is one of the build.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/${name})
  add_test(NAME fuzz_${name} COMMAND fuzz_${name} -max_total_time=1 -artifact_prefix=${CMAKE_BINARY_DIR}/fuzz/${name}-
           ${CMAKE_BINARY_DIR}/fuzz/${name} ${seeds})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()

# cppd_vector_seeds: a folder of the build with one seed for each recorded case of an area, made when CMake runs.
#
#   cppd_vector_seeds(seeds matcher input.expr input.values)   # the texts of these fields, one a line
#   cppd_fuzz(matcher SOURCES matcher_fuzz.cc USES matcher SEEDS ${seeds})
function(cppd_vector_seeds variable area)
  set(vectors ${CMAKE_SOURCE_DIR}/tests/vectors/${area})
  set(folder ${CMAKE_BINARY_DIR}/fuzz/seeds/${area})
  set(${variable} ${folder} PARENT_SCOPE)
  if(NOT CPPD_SANITIZE MATCHES "address")
    return()
  endif()
  set(script ${CMAKE_SOURCE_DIR}/cmake/vector_seeds.py)
  file(GLOB files CONFIGURE_DEPENDS ${vectors}/*.jsonl)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${files} ${script})
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${script} ${vectors} ${folder} ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
