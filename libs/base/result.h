// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "base/assert.h"

// What an operation that may fail gives back: a value, or an error with its code and the words a person needs.
//
// Errors that are expected while running travel in `Result`; bad configuration throws `ConfigError` (config.h) and is
// caught once in `main`; a broken invariant asserts (assert.h); plain absence is `std::optional`.
// A module names its own failures as an enum with an error category (see errc.h of the module); failures of the
// operating system use `std::system_category` through `system_error()`.

namespace sdr {

/// A code that programs compare and a context that people read. Thread: any; a value type.
class Error {
 public:
  Error(std::error_code code, std::string context = {}) : code_(code), context_(std::move(context)) {}

  const std::error_code& code() const { return code_; }
  const std::string& context() const { return context_; }

  /// "context: what went wrong", one line.
  std::string message() const { return context_.empty() ? code_.message() : context_ + ": " + code_.message(); }

 private:
  std::error_code code_;
  std::string context_;
};

/// The operating system's last error (`errno`), or the given one, with what was being done.
inline Error system_error(std::string context, int error_number) {
  return Error(std::error_code(error_number, std::system_category()), std::move(context));
}
Error system_error(std::string context);

template <typename T = std::monostate>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    SDR_ASSERT(ok(), error_text());
    return std::get<0>(state_);
  }
  const T& value() const& {
    SDR_ASSERT(ok(), error_text());
    return std::get<0>(state_);
  }
  T&& value() && {
    SDR_ASSERT(ok(), error_text());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    SDR_ASSERT(!ok(), "a value where an error was asked for");
    return std::get<1>(state_);
  }

 private:
  std::string error_text() const { return ok() ? std::string() : std::get<1>(state_).message(); }

  std::variant<T, Error> state_;
};

/// An operation that gives nothing but may fail: `return Status();` or `return Error(...)`.
class [[nodiscard]] Status : public Result<std::monostate> {
 public:
  Status() : Result(std::monostate{}) {}
  Status(Error error) : Result(std::move(error)) {}
};

}  // namespace sdr

// Hands an error on to the caller: `SDR_TRY(file.flush());`
#define SDR_TRY(expression)                             \
  do {                                                  \
    auto sdr_try_result = (expression);                 \
    if (!sdr_try_result) return sdr_try_result.error(); \
  } while (false)
