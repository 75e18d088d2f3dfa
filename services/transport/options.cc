// SPDX-License-Identifier: Apache-2.0
#include "transport/options.h"

#include <cstdio>

#include "net/socket.h"
#include "schema/limits.h"
#include "transport/token.h"

namespace sdr::transport {

void describe(TransportOptions& values, Options& options) {
  options.add("listen_addr", &values.listen_addr,
              {.help = "where browsers connect: HTTP and WebSocket", .env = "SDR_LISTEN_ADDR"});
  options.add("metrics_addr", &values.metrics_addr, {.help = "where /health and /metrics are served for scrapers"});
  options.add("tls_cert", &values.tls_cert,
              {.help = "certificate (PEM, with what stands between it and the root): browsers connect by HTTPS"});
  options.add("tls_key", &values.tls_key, {.help = "the certificate's private key (PEM, without a passphrase)"});
  options.add("access_tokens_file", &values.access_tokens_file,
              {.help = "a file (mode 0600) of lines ROLE TOKEN [NAME]; with it a token is asked of everybody"});
  options.add("access_tokens", &values.access_tokens, {.help = "further tokens, as ROLE:TOKEN", .secret = true});
  options.add(
      "make_token", &values.make_token,
      {.help = "makes a new token of that role: says it on standard error, its line for the file on standard output",
       .choices = {"viewer", "operator", "admin"}});
  options.add("insecure", &values.insecure,
              {.help = "without tokens, let anybody who can reach a wider address watch and drive"});
  options.add("origins", &values.origins,
              {.help = "further origins whose pages may connect, as in https://robots.example"});
  options.add("webrtc", &values.webrtc, {.help = "serve WebRTC beside WebSocket"});
  options.add(
      "udp_addr", &values.udp_addr,
      {.help = "WebRTC's one port, of UDP; empty: where listen_addr is, 8189 if that is free", .env = "SDR_UDP_ADDR"});
  options.add("udp_announce", &values.udp_announce,
              {.help = "further addresses at which that port is reached, behind NAT or from a container"});
  options.add("ice_servers", &values.ice_servers,
              {.help = "STUN and TURN servers for browsers, as in `stun:HOST:PORT` or `turn:HOST:PORT USER PASSWORD`",
               .secret = true});
  options.add(
      "rtc_threads", &values.rtc_threads,
      {.help = "threads that send WebRTC's video beside the service's own; 0: none; -1: two fewer than there are "
               "cores, 8 at most",
       .least = -1,
       .most = 64});
  options.add("web_root", &values.web_root, {.help = "the folder with the built web app"});
  options.add("shm_path", &values.shm_path, {.help = "the first camera's frame ring", .env = "SDR_SHM_PATH"});
  options.add("crc_enabled", &values.crc_enabled, {.help = "check each frame's checksum", .env = "SDR_CRC_ENABLED"});
  options.add("frame_bytes_max", &values.frame_bytes_max,
              {.help = "the largest frame that is passed on", .least = 64 * 1024, .most = 64 << 20});
  options.add("nats_url", &values.nats_url, {.help = "the bus", .env = "SDR_NATS_URL", .secret = true});
  bus::describe(values.bus_login, options);
  options.add("namespace", &values.ns, {.help = "prefix of every subject on the bus", .env = "SDR_NAMESPACE"});
  options.add("clients_max", &values.clients_max, {.help = "clients at a time", .least = 1, .most = 65536});
  options.add("clients_per_address_max", &values.clients_per_address_max,
              {.help = "of these, from one address; loopback has no such limit", .least = 1, .most = 65536});
  options.add("unauthenticated_max", &values.unauthenticated_max,
              {.help = "connections that have yet to show a token", .least = 1, .most = 4096});
  options.add("auth_ms", &values.auth_ms,
              {.help = "how long a connection may take to show a token", .least = 100, .most = schema::kAuthMsMax});
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
  const bool tokens = !values.access_tokens_file.empty() || !values.access_tokens.empty();
  if (!address.value().is_loopback() && !tokens && !values.insecure) {
    throw ConfigError("listen_addr: " + values.listen_addr +
                      " can be reached from other machines: give access_tokens_file (--make-token operator makes a "
                      "token), bind to 127.0.0.1, or say --insecure to let anybody drive");
  }
  if (values.tls_cert.empty() != values.tls_key.empty()) {
    throw ConfigError(values.tls_key.empty() ? "tls_key is missing: tls_cert alone cannot be used"
                                             : "tls_cert is missing: tls_key alone cannot be used");
  }
  if (!values.udp_addr.empty()) {
    const Result<net::Address> udp = net::Address::parse(values.udp_addr);
    if (!udp) throw ConfigError("udp_addr: " + udp.error().message());
  }
  const Result<net::Address> metrics = net::Address::parse(values.metrics_addr);
  if (!metrics) throw ConfigError("metrics_addr: " + metrics.error().message());
}

void print_new_token(const std::string& role) {
  const std::string token = make_token();
  std::fprintf(stderr, "the new %s's token, shown this once: %s\n", role.c_str(), token.c_str());
  std::printf("%s sha256:%s\n", role.c_str(), to_hex(digest_token(token)).c_str());
}

}  // namespace sdr::transport
