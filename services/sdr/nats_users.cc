// SPDX-License-Identifier: Apache-2.0
#include "sdr/nats_users.h"

#include <fcntl.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/assert.h"
#include "base/config.h"
#include "base/file_descriptor.h"
#include "base/json_writer.h"

namespace sdr::command {
namespace {

constexpr size_t kPasswordLetters = 32;  // of 64: 192 bits

}  // namespace

std::string make_password() {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, kPasswordLetters> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw ConfigError("the system gives no random numbers: " + std::string(std::strerror(errno)));
  }
  std::string password;
  for (const unsigned char byte : bytes) password += kLetters[byte % kLetters.size()];
  return password;
}

NatsUsers::NatsUsers(std::string name_space) : name_space_(std::move(name_space)) {
  if (!bus::is_namespace(name_space_)) throw ConfigError("namespace: '" + name_space_ + "' cannot stand in a subject");
  for (const bus::BusUser& user : bus::bus_users()) passwords_.push_back({std::string(user.name), make_password()});
}

const std::string& NatsUsers::password_of(std::string_view user) const {
  const auto found = std::find_if(passwords_.begin(), passwords_.end(), [&](const auto& p) { return p.user == user; });
  SDR_ASSERT(found != passwords_.end(), std::string(user));
  return found->password;
}

std::vector<std::string> NatsUsers::environment_of(const std::string& service) const {
  const auto of_service = [&](const bus::BusPassword& password) { return password.user == service; };
  if (std::none_of(passwords_.begin(), passwords_.end(), of_service)) return {};
  return {"SDR_NATS_USER=" + bus::login_name(service, name_space_), "SDR_NATS_PASSWORD=" + password_of(service),
          "SDR_NATS_PASSWORD_FILE="};
}

bus::BusConfig NatsUsers::login(const std::string& user, std::string url) const {
  return {.url = std::move(url),
          .service = "sdr-" + user,
          .name_space = name_space_,
          .user = bus::login_name(user, name_space_),
          .password = password_of(user)};
}

std::string NatsUsers::json() const {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("users");
  json.begin_object();
  for (const bus::BusPassword& password : passwords_) {
    json.key(password.user);
    json.begin_object();
    json.member("user", bus::login_name(password.user, name_space_));
    json.member("password", password.password);
    json.end_object();
  }
  json.end_object();
  json.end_object();
  return text + "\n";
}

void write_secret_file(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  const auto fail = [&] { throw ConfigError("cannot write to " + path + ": " + std::strerror(errno)); };
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) fail();
  const FileDescriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail();
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail();
}

int run_nats_users(int argc, const char* const* argv) {
  std::string name_space;
  Options options("sdr-nats-users");
  options.add("namespace", &name_space, {.help = "put before every subject and user", .env = "SDR_NAMESPACE"});
  if (options.load(argc, argv) == Options::Outcome::exit) return 0;
  const NatsUsers users(name_space);
  const std::string text =
      "# Users of SDR_OS, one per service, for a nats-server of your own: include this file in its configuration.\n"
      "# Each service logs in with SDR_NATS_USER and SDR_NATS_PASSWORD, or SDR_NATS_PASSWORD_FILE. Keep it from "
      "others:\n"
      "# (umask 077; sdr nats-users > sdr-users.conf)\n" +
      users.authorization();
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace sdr::command
