// SPDX-License-Identifier: Apache-2.0
#include "base/heap.h"
#include "base/service.h"
#include "transport/options.h"
#include "transport/transport.h"

int main(int argc, char** argv) {
  sdr::ask_for_large_heap_pages(size_t{256} << 20);  // a WebRTC session's share is some 60 KB
  sdr::transport::TransportOptions values;
  return sdr::run_service(
      "sdr-transport", argc, argv, [&](sdr::Options& options) { sdr::transport::describe(values, options); },
      [&](sdr::EventLoop& loop) {
        if (!values.make_token.empty()) return sdr::transport::print_new_token(values.make_token);
        sdr::transport::check(values);
        sdr::transport::Transport transport(loop, values);
        loop.run();
        transport.say_goodbye();
      });
}
