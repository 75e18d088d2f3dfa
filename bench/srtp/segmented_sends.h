// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// What a server of encrypted video can reach at most: a frame encrypted for each peer with bare AES-128-GCM and sent
// over UDP to a socket of its own on loopback, with nothing around that.

namespace sdr::bench {

struct SendOptions {
  size_t peers = 1000;
  int frames = 60;
  bool encrypts = true;
  bool sends = true;
  bool segmented = true;  ///< one UDP_SEGMENT send per peer and frame; else a message for each packet
  bool whole = true;      ///< receivers take a send unsplit (UDP_GRO); else the sending core splits it for them
};

struct SendFigures {
  double gbit_per_core_s = 0;  ///< of RTP packets with their tags, per second of the sending core
  double ms_per_frame = 0;     ///< of that core, for all peers
};

/// Sends on the calling thread; the receiving sockets are drained by one of its own on `reader_core`. Ends the program
/// where the system refuses.
SendFigures measure_sends(const SendOptions& options, int reader_core);

/// The same through what a server is made of: SrtpSender and net::UdpSender. `encrypts`, `sends` and `segmented` are
/// taken as set.
SendFigures measure_our_sends(const SendOptions& options, int reader_core);

}  // namespace sdr::bench
