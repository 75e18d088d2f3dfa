// SPDX-License-Identifier: Apache-2.0
#include "sdr/http_get.h"

#include <sys/socket.h>

#include <cerrno>
#include <charconv>

#include "net/socket.h"

namespace sdr::command {
namespace {

constexpr size_t kAnswerMax = 64 * 1024;
constexpr auto kPatience = std::chrono::seconds(2);

Result<FileDescriptor> begin_connect(const std::string& text) {
  const Result<net::Address> address = net::Address::parse(text);
  if (!address) return address.error();
  FileDescriptor fd(::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket");
  if (::connect(fd.get(), address->data(), address->size()) != 0 && errno != EINPROGRESS) return system_error(text);
  return fd;
}

}  // namespace

struct HttpGetter::Request {
  FileDescriptor fd;
  std::string address, to_send, answer;
  Done done;
  EventLoop::TimerId timer = EventLoop::TimerId::none;
};

HttpGetter::HttpGetter(EventLoop& loop) : loop_(loop) {}

HttpGetter::~HttpGetter() {
  for (auto& [fd, request] : requests_) {
    loop_.unwatch(fd);
    loop_.cancel(request->timer);
  }
}

void HttpGetter::get(const std::string& address, const std::string& path, Done done) {
  Result<FileDescriptor> connection = begin_connect(address);
  if (!connection) {
    // Not from within the call: whoever asks is not prepared for the answer yet.
    loop_.after(Duration(1), [done = std::move(done), error = connection.error()] { done(error); });
    return;
  }
  const int fd = connection->get();
  auto request = std::make_unique<Request>();
  request->fd = std::move(*connection);
  request->address = address;
  request->to_send = "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
  request->done = std::move(done);
  request->timer = loop_.after(kPatience, [this, fd] { finish(fd, system_error("no answer", ETIMEDOUT)); });
  requests_.emplace(fd, std::move(request));
  loop_.watch(fd, EPOLLOUT, [this, fd](uint32_t) { on_ready(fd); });
}

void HttpGetter::on_ready(int fd) {
  Request& request = *requests_.at(fd);
  if (!request.to_send.empty()) {
    const ssize_t sent = ::send(fd, request.to_send.data(), request.to_send.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) return finish(fd, system_error(request.address));
    request.to_send.erase(0, static_cast<size_t>(sent));
    if (request.to_send.empty()) loop_.modify(fd, EPOLLIN);
    return;
  }
  char bytes[8192];
  const ssize_t count = ::recv(fd, bytes, sizeof bytes, 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count < 0) return finish(fd, system_error(request.address));
  if (count == 0) return finish(fd, parse_http_answer(request.answer));
  request.answer.append(bytes, static_cast<size_t>(count));
  if (request.answer.size() > kAnswerMax) finish(fd, system_error(request.address, EMSGSIZE));
}

void HttpGetter::finish(int fd, Result<HttpAnswer> answer) {
  const auto found = requests_.find(fd);
  const std::unique_ptr<Request> request = std::move(found->second);
  requests_.erase(found);
  loop_.unwatch(fd);
  loop_.cancel(request->timer);
  request->done(std::move(answer));
}

Result<HttpAnswer> parse_http_answer(std::string_view response) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const size_t end = response.find("\r\n\r\n");
  HttpAnswer answer;
  if (!response.starts_with(kVersion) || end == response.npos) return system_error("not an HTTP answer", EPROTO);
  const std::string_view code = response.substr(kVersion.size(), 3);
  const auto [rest, error] = std::from_chars(code.data(), code.data() + code.size(), answer.status);
  if (error != std::errc() || rest != code.data() + 3) return system_error("not an HTTP answer", EPROTO);
  answer.body = response.substr(end + 4);
  return answer;
}

}  // namespace sdr::command
