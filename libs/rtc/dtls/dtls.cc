// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/dtls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rtc/dtls/errc.h"
#include "rtc/dtls/record_check.h"

namespace sdr::rtc {
namespace {

// Records that OpenSSL keeps because their key is still to come, 17 KB each: a Finished that overtook, the first
// messages of a peer that is done before us, and a few repeats.
constexpr size_t kEarlyRecordsMax = 8;
// However OpenSSL reads its clock, its timer is asked again within this.
constexpr Duration kTimerCheck = std::chrono::seconds(1);

}  // namespace

std::string_view to_string(DtlsEnd end) {
  switch (end) {
    case DtlsEnd::kClosedByPeer:
      return "closed by the peer";
    case DtlsEnd::kTimedOut:
      return "handshake timed out";
    case DtlsEnd::kWrongPeer:
      return "not the announced certificate";
    case DtlsEnd::kNoSrtpProfile:
      return "no common SRTP profile";
    case DtlsEnd::kRefusedByPeer:
      return "refused by the peer";
    case DtlsEnd::kFailed:
      break;
  }
  return "protocol error";
}

Dtls::Dtls(std::shared_ptr<const DtlsContext> context, DtlsOptions options, DtlsObserver& observer)
    : handshake_limit_(options.handshake_limit),
      observer_(observer),
      session_(std::move(context), options.role, std::move(options.peer), options.mtu,
               [this](std::span<const uint8_t> datagram) { observer_.on_dtls_datagram(datagram); }),
      is_client_(options.role == DtlsRole::kClient) {}

void Dtls::start(Time now) {
  if (state_ != State::kNew) return;
  state_ = State::kHandshake;
  deadline_ = now + handshake_limit_;
  if (is_client_) advance_handshake();
  set_timer(now);
}

void Dtls::on_datagram(std::span<const uint8_t> datagram, Time now) {
  if (state_ == State::kEnded) return;
  if (!admits(datagram)) {
    ++datagrams_dropped_;
    return;
  }
  start(now);
  session_.feed(datagram);
  go_on(now);
}

void Dtls::on_time(Time now) {
  if (state_ == State::kHandshake && now >= deadline_) {
    end(DtlsEnd::kTimedOut, "");
  } else if (state_ == State::kHandshake || state_ == State::kConnected) {
    if (!session_.retransmit()) end(DtlsEnd::kTimedOut, "no answer to the last flight");
  }
  set_timer(now);
}

Status Dtls::send(std::span<const uint8_t> message) {
  if (state_ != State::kConnected) return Error(DtlsErrc::kNotConnected);
  if (message.empty() || message.size() > kDtlsMessageMax) return Error(DtlsErrc::kTooLarge);
  const bool written = session_.write(message);
  session_.release_buffers();
  return written ? Status() : Status(Error(DtlsErrc::kOpenSsl, session_.failure()));
}

void Dtls::close() {
  if (state_ == State::kConnected) session_.shut_down();
  state_ = State::kEnded;
  next_time_.reset();
}

bool Dtls::admits(std::span<const uint8_t> datagram) {
  const auto count = check_records(datagram);
  if (!count) return false;
  if (state_ == State::kConnected) return true;
  if (early_records_ + count->encrypted > kEarlyRecordsMax) return false;
  early_records_ += count->encrypted;
  return true;
}

void Dtls::go_on(Time now) {
  if (state_ == State::kHandshake) advance_handshake();
  if (state_ == State::kConnected) read_messages();
  session_.feed({});
  if (state_ == State::kConnected) session_.release_buffers();
  set_timer(now);
}

void Dtls::advance_handshake() {
  const OpenSslSession::Step step = session_.handshake();
  if (step != OpenSslSession::Step::kDone) {
    if (const int progress = session_.progress(); std::exchange(progress_, progress) != progress) early_records_ = 0;
    if (step != OpenSslSession::Step::kWantsMore) stop(step);
    return;
  }
  const auto keys = session_.export_keys();
  if (!keys) {
    session_.shut_down();
    end(DtlsEnd::kNoSrtpProfile, "");
    return;
  }
  state_ = State::kConnected;
  observer_.on_dtls_connected(*keys);
}

// Bounded by the datagram and by the few records that OpenSSL kept.
void Dtls::read_messages() {
  std::array<uint8_t, kDtlsDatagramMax> message;
  while (state_ == State::kConnected) {
    size_t bytes = 0;
    const OpenSslSession::Step step = session_.read(message, bytes);
    if (step == OpenSslSession::Step::kWantsMore) return;
    if (step != OpenSslSession::Step::kDone) {
      stop(step);
      return;
    }
    observer_.on_dtls_message(std::span(message).first(bytes));
  }
}

void Dtls::set_timer(Time now) {
  next_time_.reset();
  if (state_ == State::kNew || state_ == State::kEnded) return;
  if (const auto left = session_.timer()) next_time_ = now + std::min<Duration>(*left, kTimerCheck);
  if (state_ == State::kHandshake) next_time_ = next_time_ ? std::min(*next_time_, deadline_) : deadline_;
}

void Dtls::stop(OpenSslSession::Step step) {
  switch (step) {
    case OpenSslSession::Step::kClosedByPeer:
      session_.shut_down();
      end(DtlsEnd::kClosedByPeer, "");
      return;
    case OpenSslSession::Step::kRefusedByPeer:
      end(DtlsEnd::kRefusedByPeer, session_.failure());
      return;
    default:
      end(session_.fingerprint_differed() ? DtlsEnd::kWrongPeer : DtlsEnd::kFailed, session_.failure());
  }
}

void Dtls::end(DtlsEnd end, std::string_view detail) {
  state_ = State::kEnded;
  next_time_.reset();
  observer_.on_dtls_end(end, detail);
}

}  // namespace sdr::rtc
