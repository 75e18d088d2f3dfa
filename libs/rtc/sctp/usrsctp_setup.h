// SPDX-License-Identifier: Apache-2.0
#pragma once

struct socket;  // libusrsctp's

// How libusrsctp and each of its sockets are set up; only for usrsctp_stack.cc.
//
// Thread: the stack's.

namespace sdr::rtc {

/// After the library was started: what is off, and how little it may keep.
void set_up_sctp_library();

/// Before the socket is bound: buffers, timing, streams, events. False where the library refuses, with `errno`.
bool set_up_sctp_socket(struct socket* socket);

}  // namespace sdr::rtc
