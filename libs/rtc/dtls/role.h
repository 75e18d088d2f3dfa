// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sdr::rtc {

/// Who says hello first in DTLS: a=setup:active of an SDP is the client. Thread: any.
enum class DtlsRole { kServer, kClient };

}  // namespace sdr::rtc
