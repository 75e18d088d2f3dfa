// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/dtls.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rtc/dtls/errc.h"
#include "rtc/dtls/record_check.h"

namespace sdr::rtc {
namespace {

// Records that OpenSSL keeps because their key is still to come, 17 KB each: a Finished that overtook, and a few
// repeats.
constexpr size_t kEarlyRecordsMax = 8;
// The first messages of a peer that is done before us.
constexpr size_t kEarlyMessagesMax = 4;
constexpr uint8_t kAlertWarning = 1, kAlertFatal = 2, kCloseNotify = 0;  // RFC 5246 section 7.2
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
      session_(std::make_unique<OpenSslSession>(
          std::move(context), options.role, std::move(options.peer), options.mtu,
          [this](std::span<const uint8_t> datagram) { observer_.on_dtls_datagram(datagram); })),
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
  while (state_ != State::kEnded) {
    const auto record = take_record(datagram);
    if (!record) break;
    take(*record);
  }
  if (state_ == State::kConnected && session_) session_->release_buffers();
  set_timer(now);
}

void Dtls::on_time(Time now) {
  if (state_ == State::kHandshake && now >= deadline_) {
    end(DtlsEnd::kTimedOut, "");
  } else if (session_ && (state_ == State::kHandshake || state_ == State::kConnected)) {
    if (!session_->retransmit()) end(DtlsEnd::kTimedOut, "no answer to the last flight");
  }
  set_timer(now);
}

Status Dtls::send(std::span<const uint8_t> message) {
  if (state_ != State::kConnected) return Error(DtlsErrc::kNotConnected);
  if (message.empty() || message.size() > kDtlsMessageMax) return Error(DtlsErrc::kTooLarge);
  if (!session_) {
    return send_record(RecordType::kApplicationData, message) ? Status() : Status(Error(DtlsErrc::kKeyExhausted));
  }
  const bool written = session_->write(message);
  session_->release_buffers();
  return written ? Status() : Status(Error(DtlsErrc::kOpenSsl, session_->failure()));
}

void Dtls::close() {
  if (state_ == State::kConnected) say_goodbye();
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

// Messages and, once there are keys, alerts are opened here; the rest is the handshake's.
void Dtls::take(const Record& record) {
  const bool is_message = record.type == RecordType::kApplicationData;
  if (is_message && !records_) {
    keep_early(record);
  } else if (is_message || (records_ && record.type == RecordType::kAlert && record.epoch != 0)) {
    open(record);
  } else if (session_) {
    take_handshake(record);
  }
}

void Dtls::take_handshake(const Record& record) {
  session_->feed(record.whole);
  if (state_ == State::kHandshake) {
    advance_handshake();
  } else if (const auto step = session_->take_late_handshake(); step != OpenSslSession::Step::kWantsMore) {
    stop(step);
  }
  if (session_) session_->feed({});
}

void Dtls::advance_handshake() {
  const OpenSslSession::Step step = session_->handshake();
  if (step == OpenSslSession::Step::kDone) return connect();
  if (const int progress = session_->progress(); std::exchange(progress_, progress) != progress) early_records_ = 0;
  if (step != OpenSslSession::Step::kWantsMore) stop(step);
}

void Dtls::connect() {
  const auto keys = session_->export_keys();
  const auto secrets = session_->export_record_secrets();
  if (!keys || !secrets) {
    session_->shut_down();
    end(keys ? DtlsEnd::kFailed : DtlsEnd::kNoSrtpProfile, keys ? "no keys for records" : "");
    return;
  }
  records_.emplace(*secrets);
  state_ = State::kConnected;
  observer_.on_dtls_connected(*keys);
  for (const std::vector<uint8_t>& each : std::exchange(early_, {})) {
    std::span<const uint8_t> bytes = each;
    if (const auto record = take_record(bytes); record && state_ == State::kConnected) open(*record);
  }
}

void Dtls::keep_early(const Record& record) {
  if (early_.size() < kEarlyMessagesMax) {
    early_.emplace_back(record.whole.begin(), record.whole.end());
  } else {
    ++records_dropped_;
  }
}

void Dtls::open(const Record& record) {
  std::array<uint8_t, kDtlsDatagramMax> scratch;
  const auto content = records_->open(record, scratch);
  if (!content) {
    ++records_dropped_;
    return;
  }
  release_openssl();
  if (record.type == RecordType::kAlert) return on_alert(*content);
  if (!content->empty()) observer_.on_dtls_message(*content);
}

// Who sends under the keys has our last flight, and will never ask for it again.
void Dtls::release_openssl() {
  if (!session_) return;
  records_->go_on_after(session_->newest_sent());
  session_.reset();
}

void Dtls::on_alert(std::span<const uint8_t> alert) {
  if (alert.size() != 2) return;
  if (alert[1] == kCloseNotify) {
    say_goodbye();
    end(DtlsEnd::kClosedByPeer, "");
  } else if (alert[0] == kAlertFatal) {
    end(DtlsEnd::kRefusedByPeer, OpenSslSession::alert_text(alert[1]));
  }
}

bool Dtls::send_record(RecordType type, std::span<const uint8_t> message) {
  std::array<uint8_t, kDtlsMtu> datagram;
  const size_t bytes = records_->seal(type, message, datagram);
  if (bytes > 0) observer_.on_dtls_datagram(std::span(datagram).first(bytes));
  return bytes > 0;
}

void Dtls::say_goodbye() {
  if (session_) return session_->shut_down();
  constexpr std::array<uint8_t, 2> kGoodbye = {kAlertWarning, kCloseNotify};
  (void)send_record(RecordType::kAlert, kGoodbye);
}

void Dtls::set_timer(Time now) {
  next_time_.reset();
  if (state_ == State::kNew || state_ == State::kEnded) return;
  if (!session_) return;
  if (const auto left = session_->timer()) next_time_ = now + std::min<Duration>(*left, kTimerCheck);
  if (state_ == State::kHandshake) next_time_ = next_time_ ? std::min(*next_time_, deadline_) : deadline_;
}

void Dtls::stop(OpenSslSession::Step step) {
  switch (step) {
    case OpenSslSession::Step::kClosedByPeer:
      session_->shut_down();
      end(DtlsEnd::kClosedByPeer, "");
      return;
    case OpenSslSession::Step::kRefusedByPeer:
      end(DtlsEnd::kRefusedByPeer, session_->failure());
      return;
    default:
      end(session_->fingerprint_differed() ? DtlsEnd::kWrongPeer : DtlsEnd::kFailed, session_->failure());
  }
}

void Dtls::end(DtlsEnd end, std::string_view detail) {
  state_ = State::kEnded;
  next_time_.reset();
  observer_.on_dtls_end(end, detail);
}

}  // namespace sdr::rtc
