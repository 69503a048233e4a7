// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/host_engines.h>
#include <gtest/gtest.h>
