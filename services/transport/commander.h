// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "transport/command_state.h"
#include "transport/identity.h"

namespace sdr::transport {

class Camera;
class Client;

/// Somebody whose commands are taken: a WebSocket's client, or a WHEP session (stream.md, Access).
///
/// Thread: the loop's.
class Commander {
 public:
  Commander(std::string id, bool loopback) : id_(std::move(id)), loopback_(loopback) {}
  Commander(const Commander&) = delete;
  Commander& operator=(const Commander&) = delete;

  const std::string& id() const { return id_; }
  bool loopback() const { return loopback_; }
  /// Its WebSocket; null: it has none.
  virtual Client* socket() { return nullptr; }
  /// The camera that it watches; null: none.
  virtual Camera* watched() const = 0;

  Identity identity;  // a viewer until something better is known
  CommandState commands;

 protected:
  ~Commander() = default;

 private:
  const std::string id_;
  const bool loopback_;
};

}  // namespace sdr::transport
