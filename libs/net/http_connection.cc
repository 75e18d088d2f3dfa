// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace sdr::net {
namespace {

constexpr size_t kReadAtOnce = 16 * 1024;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

bool is_host(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]";
  return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

// For whoever typed http:// where https:// is spoken.
HttpResponse point_to_https(const HttpRequest& request) {
  const std::string_view host = request.header("Host").value_or("");
  const bool reads = request.method == HttpMethod::kGet || request.method == HttpMethod::kHead;
  if (!reads || !is_host(host)) return HttpResponse::error(400, "this port speaks HTTPS");
  HttpResponse response = HttpResponse::error(308, "this port speaks HTTPS");
  std::string target = "https://" + std::string(host) + std::string(request.path);
  if (!request.query.empty()) target.append("?").append(request.query);
  return response.add_header("Location", target), response;
}

}  // namespace

HttpConnection::HttpConnection(Stream stream, Address peer, HttpLimits limits, const HttpTimeouts& timeouts, Time now)
    : stream_(std::move(stream)),
      peer_(peer),
      timeouts_(timeouts),
      parser_(limits),
      deadline_(now + timeouts.request),
      waiting_since_(now) {}

uint32_t HttpConnection::interest() const {
  return state_ == State::kWriting || stream_.wants_write() ? EPOLLOUT : EPOLLIN;
}

HttpConnection::After HttpConnection::on_ready(uint32_t epoll_events, const HttpHandler& handler, Time now) {
  if ((epoll_events & EPOLLERR) != 0) return After::kClose;
  if (state_ == State::kWriting) {
    const After after = write_some(now);
    // What was pipelined behind the request that has just been answered is here already.
    return after == After::kKeep && state_ == State::kReading && !in_.empty() ? process(handler, now) : after;
  }
  const After after = read_some(now);
  return after == After::kKeep && state_ == State::kReading ? process(handler, now) : after;
}

HttpConnection::After HttpConnection::read_some(Time now) {
  std::array<char, kReadAtOnce> bytes;
  const ssize_t got = stream_.read(bytes);
  if (got < 0) return would_block() ? After::kKeep : After::kClose;
  if (got == 0) return After::kClose;
  if (state_ == State::kLingering) return After::kKeep;  // read and forgotten, until the deadline
  if (in_.empty() && answered_) {
    waiting_since_ = now;
    deadline_ = now + timeouts_.request;
  }
  in_.append(bytes.data(), static_cast<size_t>(got));
  return After::kKeep;
}

HttpConnection::After HttpConnection::process(const HttpHandler& handler, Time now) {
  while (state_ == State::kReading) {
    HttpRequest request;
    const HttpParser::State parsed = parser_.parse(in_, request);
    if (parsed == HttpParser::State::kIncomplete) return After::kKeep;
    if (parsed == HttpParser::State::kBad) {
      return answer(HttpResponse::error(parser_.error_status(), ""), false, false, now);
    }
    const bool by_mistake = stream_.in_clear_by_mistake();
    HttpReply reply = by_mistake ? HttpReply(point_to_https(request)) : handler(request, peer_);
    const bool keep_alive = request.keep_alive && !by_mistake, head_only = request.method == HttpMethod::kHead;
    in_.erase(0, parser_.consumed());
    parser_.reset();
    if (reply.upgrade) {
      upgrade_ = std::move(reply.upgrade);
      return After::kUpgrade;
    }
    const After after = answer(std::move(reply.response), keep_alive, head_only, now);
    if (after != After::kKeep) return after;
  }
  return After::kKeep;
}

void HttpConnection::take_over() { upgrade_(std::move(stream_), peer_, in_); }

HttpConnection::After HttpConnection::answer(HttpResponse response, bool keep_alive, bool head_only, Time now) {
  response_ = std::move(response);
  keep_alive_ = keep_alive;
  head_ = response_head(response_, keep_alive);
  content_size_ = head_only || response_.status == 304 || response_.status == 204 ? 0 : response_.content().size();
  written_ = 0;
  state_ = State::kWriting;
  const size_t seconds = content_size_ / std::max<size_t>(timeouts_.slowest_bytes_per_s, 1);
  deadline_ = now + timeouts_.answer + std::chrono::seconds(seconds);
  return write_some(now);
}

HttpConnection::After HttpConnection::write_some(Time now) {
  while (written_ < head_.size() + content_size_) {
    const size_t head_done = std::min(written_, head_.size()), content_done = written_ - head_done;
    const std::string_view head = std::string_view(head_).substr(head_done);
    const std::string_view content = response_.content().substr(0, content_size_).substr(content_done);
    const ssize_t put = stream_.write(head, content);
    if (put < 0) return would_block() ? After::kKeep : After::kClose;
    written_ += static_cast<size_t>(put);
  }
  return finish_answer(now);
}

HttpConnection::After HttpConnection::finish_answer(Time now) {
  head_.clear();
  response_ = HttpResponse();
  answered_ = true;
  waiting_since_ = now;
  if (keep_alive_) {
    state_ = State::kReading;
    deadline_ = now + (in_.empty() ? timeouts_.idle : timeouts_.request);
    return After::kKeep;
  }
  // Closing with bytes unread would reset the connection, and the client might never see the answer.
  stream_.end_writing();
  state_ = State::kLingering;
  in_.clear();
  deadline_ = now + timeouts_.linger;
  return After::kKeep;
}

}  // namespace sdr::net
