// SPDX-License-Identifier: Apache-2.0
#include "sdr/share.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>

#include "sdr/nats_users.h"

namespace sdr::command {
namespace {

constexpr std::string_view kRole = "admin";
constexpr size_t kTokenLettersMin = 16;

// The token of an earlier run; empty where there is none that can be used.
std::string kept_token(const std::string& path) {
  std::ifstream file(path);
  std::string line, role, token;
  if (!std::getline(file, line)) return {};
  std::istringstream(line) >> role >> token;
  return role == kRole && token.size() >= kTokenLettersMin ? token : "";
}

}  // namespace

Share prepare_share(const UpOptions& options, const RunFolder& folder) {
  if (!options.share) return {};
  Share share{.token = kept_token(folder.access_tokens()), .tokens_file = folder.access_tokens()};
  if (share.token.empty()) share.token = make_password();
  write_secret_file(share.tokens_file, std::string(kRole) + " " + share.token + " owner\n");
  return share;
}

std::string reachable_host() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) == 0) {
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all(first, &::freeifaddrs);
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
      if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
      if ((entry->ifa_flags & IFF_UP) == 0 || (entry->ifa_flags & IFF_LOOPBACK) != 0) continue;
      std::array<char, INET_ADDRSTRLEN> text{};
      const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
      if (::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) return text.data();
    }
  }
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "127.0.0.1";
}

}  // namespace sdr::command
