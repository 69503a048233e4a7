// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Task, the coroutine type of everything that waits.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace cppd {

namespace asio = boost::asio;

/// A coroutine on a Boost.Asio executor. It is a named function that takes what it needs by value: a capturing lambda
/// that is called on the spot dies before its frame.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace cppd
