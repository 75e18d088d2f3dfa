// SPDX-License-Identifier: Apache-2.0
#include "sdr/up_options.h"

#include "net/socket.h"
#include "sdr/port_check.h"

namespace sdr::command {
namespace {

OptionInfo port_info(std::string help, double least = 0) {
  return {.help = std::move(help), .least = least, .most = 65535};
}

net::Address parsed(const std::string& address) {
  const Result<net::Address> result = net::Address::parse(address);
  if (!result) throw ConfigError("listen_addr: " + result.error().message());
  return *result;
}

std::string with_port(const std::string& address, uint16_t port) {
  return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

std::string held_by(uint16_t port) {
  const std::string holder = port_holder(port);
  return "port " + std::to_string(port) + " is in use" + (holder.empty() ? "" : " by " + holder);
}

// People open this one, perhaps from a bookmark: it is never moved silently.
std::string claim_page(const UpOptions& options, Ports& ports) {
  const net::Address wanted = parsed(options.listen_addr);
  std::string address = options.listen_addr;
  if (options.share && wanted.is_loopback()) address = "0.0.0.0:" + std::to_string(wanted.port());
  uint16_t port = wanted.port();
  if (options.port >= 0) port = static_cast<uint16_t>(options.port);
  if (port == 0) {
    Result<ClaimedPort> picked = pick_port();
    if (!picked) throw ConfigError("no free port: " + picked.error().message());
    port = picked->number;
    ports.held.push_back(std::move(picked->hold));
  }
  address = with_port(address, port);
  const Status free = check_port_free(address);
  if (free) return address;
  if (free.error().code() != std::errc::address_in_use) {
    throw ConfigError("cannot listen on " + address + ": " + free.error().code().message());
  }
  throw ConfigError(held_by(port) + ": stop that, or choose another one, as in ./sdr up --port " +
                    std::to_string(port + 1));
}

uint16_t claim_inner(int64_t wanted, const char* what, Ports& ports) {
  const auto port = static_cast<uint16_t>(wanted);
  Result<ClaimedPort> got = claim_port(port, true);
  if (!got) throw ConfigError("no free port for " + std::string(what) + ": " + got.error().message());
  const uint16_t number = got->number;
  ports.held.push_back(std::move(got->hold));
  if (port != 0 && number != port) {
    ports.moved.push_back(held_by(port) + ": " + what + " takes " + std::to_string(number));
  }
  return number;
}

// A second simulator must not write into the first one's ring; one that was asked for by name is never moved silently.
std::string claim_ring(const UpOptions& options, Ports& ports) {
  if (!is_ring_held(options.shm_path)) return options.shm_path;
  if (options.shm_path != UpOptions().shm_path) {
    throw ConfigError(options.shm_path + " is written by another simulator: stop that, or choose another --shm-path");
  }
  const std::string port = ports.listen_addr.substr(ports.listen_addr.rfind(':') + 1);
  std::string ring = options.shm_path + "-" + port;
  if (is_ring_held(ring)) throw ConfigError(ring + " is written by another simulator: choose a --shm-path");
  ports.moved.push_back("another simulator writes " + options.shm_path + ": this one takes " + ring);
  return ring;
}

}  // namespace

void describe(UpOptions& values, Options& options) {
  options.add("port", &values.port, port_info("the page's port; 0: any that is free; -1: as listen_addr says", -1));
  options.add("listen_addr", &values.listen_addr, {.help = "where the page is served", .env = "SDR_LISTEN_ADDR"});
  options.add("share", &values.share, {.help = "let others on the network in, who have the token that it prints"});
  options.add("tls_cert", &values.tls_cert, {.help = "a certificate (PEM): the page is served by HTTPS"});
  options.add("tls_key", &values.tls_key, {.help = "the certificate's private key (PEM)"});
  options.add("robot", &values.robot, {.help = "the robot to begin with; empty: as configs/sim.toml says"});
  options.add("timecode", &values.timecode, {.help = "draw the time code that measures glass-to-glass time"});
  options.add("run_dir", &values.run_dir, {.help = "logs, NATS's store, state of this run", .env = "SDR_RUN_DIR"});
  options.add("shm_path", &values.shm_path, {.help = "the frame ring", .env = "SDR_SHM_PATH"});
  options.add("namespace", &values.name_space, {.help = "put before every subject", .env = "SDR_NAMESPACE"});
  options.add("nats_port", &values.nats_port, port_info("NATS; 0: any; another one where this is taken"));
  options.add("nats_monitor_port", &values.nats_monitor_port, port_info("NATS's monitoring, likewise"));
  options.add("sim_metrics_port", &values.sim_metrics_port,
              port_info("the simulator's /health and /metrics, likewise"));
  options.add("transport_metrics_port", &values.transport_metrics_port, port_info("the transport's, likewise"));
  options.add("sim_args", &values.sim_args, {.help = "further flags for sdr-sim"});
  options.add("transport_args", &values.transport_args, {.help = "further flags for sdr-transport"});
  options.add("bin_dir", &values.bin_dir, {.help = "where sdr-sim and sdr-transport lie; empty: beside this program"});
}

Ports claim_ports(const UpOptions& options) {
  Ports ports;
  ports.listen_addr = claim_page(options, ports);
  ports.nats = claim_inner(options.nats_port, "NATS", ports);
  ports.nats_monitor = claim_inner(options.nats_monitor_port, "NATS's monitoring", ports);
  ports.sim_metrics = claim_inner(options.sim_metrics_port, "the simulator's /metrics", ports);
  ports.transport_metrics = claim_inner(options.transport_metrics_port, "the transport's /metrics", ports);
  ports.ring = claim_ring(options, ports);
  return ports;
}

std::string page_url(const std::string& listen_addr, bool tls, const std::string& everywhere) {
  const size_t colon = listen_addr.rfind(':');
  std::string host = listen_addr.substr(0, colon);
  if (host.empty() || host == "*" || host == "0.0.0.0" || host == "[::]") host = everywhere;
  return (tls ? "https://" : "http://") + host + listen_addr.substr(colon) + "/";
}

}  // namespace sdr::command
