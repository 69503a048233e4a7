// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A mutex that clang's thread safety analysis understands; libstdc++'s own carries no annotations.
#pragma once

#include <mutex>

#define CPPD_CAPABILITY(x) __attribute__((capability(x)))
#define CPPD_GUARDED_BY(x) __attribute__((guarded_by(x)))
#define CPPD_EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define CPPD_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define CPPD_ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define CPPD_RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define CPPD_SCOPED_CAPABILITY __attribute__((scoped_lockable))

namespace cppd {

class CPPD_CAPABILITY("mutex") Mutex {
 public:
  void lock() CPPD_ACQUIRE() { mutex_.lock(); }
  void unlock() CPPD_RELEASE() { mutex_.unlock(); }
  /// For std::condition_variable.
  [[nodiscard]] std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

class CPPD_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) CPPD_ACQUIRE(mutex) : mutex_{mutex} { mutex_.lock(); }
  ~MutexLock() CPPD_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace cppd
