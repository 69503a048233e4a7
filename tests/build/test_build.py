#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of cmake/CppdModule.cmake and of the compiler cache, tried on small projects of their own."""

import pathlib
import subprocess
import tempfile
import unittest

CMAKE_DIR = pathlib.Path(__file__).resolve().parents[2] / "cmake"
HEADER = "#pragma once\nint answer();\n"
SOURCE = '#include <cppd/low/low.h>\nint answer() { return 42; }\n'


def project(modules: str, checks: bool = False) -> str:
    return f"""cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES C CXX)
list(APPEND CMAKE_MODULE_PATH "{CMAKE_DIR}")
set(CPPD_BENCH OFF)
set(CPPD_CHECK_HEADERS {"ON" if checks else "OFF"})
set(CMAKE_BUILD_TYPE Debug)
include(CppdToolchain)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(GTest REQUIRED)
# The precompiled headers are the slow part, and not what is tried here.
function(target_precompile_headers)
endfunction()
file(COPY "{CMAKE_DIR}/pch_asio.h" DESTINATION ${{CMAKE_SOURCE_DIR}}/cmake)
include(CppdModule)
{modules}
"""


class Build(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)

    def tearDown(self) -> None:
        self.folder.cleanup()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def configure(self, modules: str, checks: bool = False) -> subprocess.CompletedProcess:
        self.write("CMakeLists.txt", project(modules, checks))
        return subprocess.run(
            ["cmake", "-S", self.root, "-B", self.root / "build", "-G", "Ninja", "-DCMAKE_C_COMPILER=clang-19",
             "-DCMAKE_CXX_COMPILER=clang++-19"], capture_output=True, text=True, check=False)

    def build(self, target: str) -> subprocess.CompletedProcess:
        return subprocess.run(["cmake", "--build", self.root / "build", "--target", target], capture_output=True, text=True,
                              check=False)

    def module(self, name: str, arguments: str, uses: str = "") -> str:
        self.write(f"{name}/{name}.h", HEADER)
        self.write(f"{name}/{name}.cc", uses + "int x;\n")
        self.write(f"{name}/CMakeLists.txt", f"cppd_module({name} {arguments} HEADERS {name}.h SOURCES {name}.cc)\n")
        return f"add_subdirectory({name})\n"

    def test_an_arrow_down_configures(self) -> None:
        done = self.configure(self.module("low", "FLOOR 0") + self.module("high", "FLOOR 1 USES low"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_arrow_up_is_refused(self) -> None:
        done = self.configure(self.module("high", "FLOOR 2") + self.module("low", "FLOOR 1 USES high"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("arrows point down only", " ".join(done.stderr.split()))

    def test_a_module_of_the_same_floor_must_stand_before(self) -> None:
        done = self.configure(self.module("first", "FLOOR 1 USES second") + self.module("second", "FLOOR 1"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("not declared before it", " ".join(done.stderr.split()))

    def test_only_modules_that_are_used_can_be_included(self) -> None:
        modules = self.module("low", "FLOOR 0") + self.module("high", "FLOOR 1", "#include <cppd/low/low.h>\n")
        self.assertEqual(self.configure(modules).returncode, 0)
        self.assertNotEqual(self.build("cppd_high").returncode, 0)
        modules = self.module("low", "FLOOR 0") + self.module("high", "FLOOR 1 USES low", "#include <cppd/low/low.h>\n")
        self.assertEqual(self.configure(modules).returncode, 0)
        done = self.build("cppd_high")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_a_private_header_cannot_be_included_from_outside(self) -> None:
        modules = self.module("low", "FLOOR 0") + self.module("high", "FLOOR 1 USES low", "#include <cppd/low/hidden.h>\n")
        self.write("low/hidden.h", HEADER)
        self.assertEqual(self.configure(modules).returncode, 0)
        self.assertNotEqual(self.build("cppd_high").returncode, 0)

    def test_every_public_header_is_compiled_alone(self) -> None:
        modules = self.module("low", "FLOOR 0")
        self.write("low/low.h", "#pragma once\nstd::string needs_its_include();\n")
        self.assertEqual(self.configure(modules, checks=True).returncode, 0)
        self.assertNotEqual(self.build("cppd_low_headers").returncode, 0)

    def test_examples_of_a_readme_are_run(self) -> None:
        modules = self.module("low", "FLOOR 0 EXAMPLES")
        self.write("low/low.cc", SOURCE)
        for answer, passes in ((42, True), (43, False)):
            self.write("low/README.md", f"# low\n\n```cpp\nEXPECT_EQ(::answer(), {answer});\n```\n")
            self.assertEqual(self.configure(modules).returncode, 0)
            done = self.build("cppd_low_test")
            self.assertEqual(done.returncode, 0, done.stdout)
            ran = subprocess.run([self.root / "build" / "tests" / "cppd_low_test"], capture_output=True, text=True, check=False)
            self.assertEqual(ran.returncode == 0, passes, ran.stdout)
            self.assertTrue(passes or "README.md:4" in ran.stdout, ran.stdout)

    def test_an_edited_embedded_file_changes_the_binary(self) -> None:
        self.write("main.cc", '#include <cstdio>\nstatic const char text[] = {\n#embed "text.yaml"\n, 0};\n'
                              "int main() { std::puts(text); }\n")
        modules = "add_executable(show main.cc)\nset_target_properties(show PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})\n"
        for text in ("first", "second", "first"):  # the third is in the cache
            self.write("text.yaml", text)
            self.assertEqual(self.configure(modules).returncode, 0)
            done = self.build("show")
            self.assertEqual(done.returncode, 0, done.stdout)
            shown = subprocess.run([self.root / "build" / "show"], capture_output=True, text=True, check=True).stdout
            self.assertEqual(shown.strip(), text)


class LabelNames(unittest.TestCase):
    """Names of labels that are literals are judged by the compiler (src/metrix/label_names.h)."""

    def compile(self, names: str) -> subprocess.CompletedProcess:
        header = CMAKE_DIR.parent / "src" / "metrix" / "label_names.h"
        return subprocess.run(
            ["clang++-19", "-std=c++2b", "-fsyntax-only", "-include", header, "-x", "c++", "-"], text=True, check=False,
            input=f"void vec(const cppd::metrix::LabelNames<2>&); void f() {{ vec({{{names}}}); }}\n", capture_output=True)

    def test_good_ones_compile(self) -> None:
        self.assertEqual(self.compile('"disk", "mount"').returncode, 0)

    def test_bad_ones_do_not(self) -> None:
        for names, why in (('"disk", ""', "a label name is empty"), ('"disk", "disk"', "a label name is given twice")):
            with self.subTest(names):
                done = self.compile(names)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)


if __name__ == "__main__":
    unittest.main()
