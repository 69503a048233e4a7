# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler, flags, linker and compiler cache: everything that is the same for all targets.

option(CPPD_LTO "Thin link-time optimisation" OFF)
option(CPPD_BENCH "Build the benchmarks" ON)
option(CPPD_CHECK_HEADERS "Compile every public header alone, without the precompiled header" OFF)
set(CPPD_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "GCC before 14 destroys temporaries of co_await expressions twice; use clang 19 or GCC 14")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang 19 or newer is needed (#embed); scripts/bootstrap installs it")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
add_compile_options(-fPIE)  # one setting for libraries and tests, so that they share precompiled headers
add_link_options(-pie)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

add_compile_options(-Wall -Wextra -Werror -Wno-c23-extensions -Wno-missing-designated-field-initializers -fno-omit-frame-pointer)
add_compile_definitions(FMT_USE_CONSTEVAL=0 BOOST_ASIO_NO_DEPRECATED BOOST_ALLOW_DEPRECATED_HEADERS)
add_link_options(-fuse-ld=lld-19)

set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0")
set(CMAKE_C_FLAGS_DEBUG "-Og -g1")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g0")

if(CPPD_LTO)
  add_compile_options(-flto=thin)
  add_link_options(-flto=thin -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/thinlto -Wl,--icf=safe -Wl,--gc-sections)
endif()
if(CPPD_SANITIZE)
  add_compile_options(-fsanitize=${CPPD_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CPPD_SANITIZE})
  if(CPPD_SANITIZE MATCHES "address")
    add_compile_options(-fsanitize=fuzzer-no-link)  # coverage for the fuzz targets (CppdFuzz.cmake)
  endif()
endif()

# Depend mode makes the cache see #embed files; without it an edited template leaves a stale object.
find_program(CPPD_CCACHE ccache)
if(CPPD_CCACHE)
  set(cache_command ${CMAKE_COMMAND} -E env CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_MAXSIZE=5G ${CPPD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${cache_command})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${cache_command})
endif()
