# SPDX-License-Identifier: GPL-3.0-or-later
# Libraries, all of them Debian 12 packages. Modules name the targets they use.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
if(CPPD_BENCH)
  find_package(benchmark REQUIRED)
endif()

pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
set_property(TARGET PkgConfig::re2 PROPERTY INTERFACE_COMPILE_OPTIONS "")  # -pthread, which the precompiled headers lack
pkg_check_modules(ncursesw REQUIRED IMPORTED_TARGET ncursesw)
set_property(TARGET PkgConfig::ncursesw PROPERTY INTERFACE_COMPILE_OPTIONS "")  # an older _XOPEN_SOURCE than the compiler's
find_package(simdjson REQUIRED)
