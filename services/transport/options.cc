// SPDX-License-Identifier: Apache-2.0
#include "transport/options.h"

#include "net/socket.h"

namespace sdr::transport {

void describe(TransportOptions& values, Options& options) {
  options.add("listen_addr", &values.listen_addr,
              {.help = "where browsers connect: HTTP and WebSocket", .env = "SDR_LISTEN_ADDR"});
  options.add("metrics_addr", &values.metrics_addr, {.help = "where /health and /metrics are served for scrapers"});
  options.add("insecure", &values.insecure, {.help = "let anybody who can reach a wider address watch and drive"});
  options.add("origins", &values.origins,
              {.help = "further origins whose pages may connect, as in https://robots.example"});
  options.add("web_root", &values.web_root, {.help = "the folder with the built web app"});
  options.add("shm_path", &values.shm_path, {.help = "the first camera's frame ring", .env = "SDR_SHM_PATH"});
  options.add("crc_enabled", &values.crc_enabled, {.help = "check each frame's checksum", .env = "SDR_CRC_ENABLED"});
  options.add("frame_bytes_max", &values.frame_bytes_max,
              {.help = "the largest frame that is passed on", .least = 64 * 1024, .most = 64 << 20});
  options.add("nats_url", &values.nats_url, {.help = "the bus", .env = "SDR_NATS_URL", .secret = true});
  options.add("namespace", &values.ns, {.help = "prefix of every subject on the bus", .env = "SDR_NAMESPACE"});
  options.add("clients_max", &values.clients_max, {.help = "clients at a time", .least = 1, .most = 65536});
  options.add("not_sent_bytes", &values.not_sent_bytes,
              {.help = "what the kernel may hold unsent per client", .least = 4096, .most = 4 << 20});
  options.add("backlog_ms", &values.backlog_ms,
              {.help = "the oldest frame that waits for a slow client", .least = 20, .most = 5000});
  options.add("slow_client_ms", &values.slow_client_ms,
              {.help = "how long a client may take nothing before it is let go", .least = 100, .most = 60000});
}

void check(const TransportOptions& values) {
  const Result<net::Address> address = net::Address::parse(values.listen_addr);
  if (!address) throw ConfigError("listen_addr: " + address.error().message());
  if (!address.value().is_loopback() && !values.insecure) {
    throw ConfigError("listen_addr: " + values.listen_addr +
                      " can be reached from other machines; bind to 127.0.0.1, or say --insecure to let anybody drive");
  }
  const Result<net::Address> metrics = net::Address::parse(values.metrics_addr);
  if (!metrics) throw ConfigError("metrics_addr: " + metrics.error().message());
}

}  // namespace sdr::transport
