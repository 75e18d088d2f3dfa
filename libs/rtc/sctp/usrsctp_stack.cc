// SPDX-License-Identifier: Apache-2.0
// The adapter of libusrsctp (0.9.5 as Debian 12 has it); its options are in usrsctp_setup.cc.
#include <usrsctp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <vector>

#include "base/assert.h"
#include "rtc/sctp/errc.h"
#include "rtc/sctp/packet_check.h"
#include "rtc/sctp/sctp_stack.h"
#include "rtc/sctp/usrsctp_setup.h"

namespace sdr::rtc {
namespace {

using std::chrono::milliseconds;

constexpr Duration kBusyTick = milliseconds(10), kIdleTick = milliseconds(100);
constexpr Duration kBusyFor = std::chrono::seconds(3);  // longer than the longest retransmission time-out
constexpr Duration kSweep = std::chrono::seconds(1);    // all sockets are looked at, should a sign have been missed
constexpr int kMessagesPerRead = 64;                    // then the others have their turn

constexpr int kProbesMax = 64;
constexpr uint32_t kSettledRtoMs = 1000;

/// The library's addresses are pointers that it never looks through. These are numbers: slot 0 is address 1.
void* address_of(size_t slot) { return reinterpret_cast<void*>(slot + 1); }
size_t slot_of(const void* address) { return reinterpret_cast<size_t>(address) - 1; }

sockaddr_conn name_of(size_t slot) {
  sockaddr_conn name{};
  name.sconn_family = AF_CONN;
  name.sconn_port = htons(kSctpPort);
  name.sconn_addr = address_of(slot);
  return name;
}

}  // namespace

struct Association::Impl {
  SctpStack::Impl* stack = nullptr;
  AssociationEvents* events = nullptr;
  struct socket* socket = nullptr;
  size_t slot = 0;
  sctp_assoc_t id = 0;  // 0 until it is up
  bool up = false;
  bool ended = false;  // on_end() was called, or abort()
  bool paused = false;
  bool discarding = false;  // the rest of a message that is too large
  int probes_left = kProbesMax;
  size_t unsent = 0;                     // messages taken, and not on the wire yet
  size_t unacknowledged = 0;             // chunks on the wire, when they were last counted
  std::optional<uint32_t> acknowledged;  // by us, all up to here
  std::optional<uint32_t> newest_sent;   // the newest number on the wire
  size_t unread = 0;                     // chunks let in and not read, at most
  bool waiting = false;                  // in the stack's list of those to read
  bool in_events = false;

  ~Impl();
  bool open(bool begins);
  void close();
  void read();
  bool read_one();
  sctp_status status() const;
  size_t count_unsent();
  bool settle();
  void on_notification(std::span<const uint8_t> bytes);
  void on_change(const sctp_assoc_change& change);
  void on_reset(const sctp_stream_reset_event& event, size_t bytes);
  void end(SctpEnd how);
};

struct SctpStack::Impl {
  Time now;
  Time ticked;  // up to here the library's timers have run
  Time busy_until;
  Time swept;
  std::vector<Association::Impl*> slots;  // null: free
  std::deque<size_t> free_slots;          // the one freed longest ago is used first
  std::vector<size_t> waiting;            // slots whose sockets may have something to read
  std::vector<size_t> reading;
  std::vector<size_t> settling;  // slots whose round trip is not known well yet
  size_t count = 0;
  bool in_library = false;
  bool in_timers = false;
  std::array<uint8_t, kSctpMessageMax> buffer{};

  static Impl* owner;

  void touch(Time at) {
    now = std::max(now, at);
    busy_until = now + kBusyFor;
  }
  void wait_to_read(Association::Impl& association) {
    if (association.waiting) return;
    association.waiting = true;
    waiting.push_back(association.slot);
  }
  std::optional<size_t> take_slot();
  void read_waiting();
  void settle();
  static int on_output(void* address, void* packet, size_t size, uint8_t tos, uint8_t dont_fragment);
};

SctpStack::Impl* SctpStack::Impl::owner = nullptr;

namespace {

/// Marks that the library is at work: what it calls meanwhile must not call it again.
class InLibrary {
 public:
  explicit InLibrary(bool& flag) : flag_(flag) {
    SDR_ASSERT(!flag_, "a packet's receiver called back into the association");
    flag_ = true;
  }
  InLibrary(const InLibrary&) = delete;
  InLibrary& operator=(const InLibrary&) = delete;
  ~InLibrary() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

// ---- one association

Association::Impl::~Impl() {
  events = nullptr;
  close();
  stack->slots[slot] = nullptr;
  stack->free_slots.push_back(slot);
  --stack->count;
}

bool Association::Impl::open(bool begins) {
  sockaddr_conn name = name_of(slot);
  auto* generic = reinterpret_cast<sockaddr*>(&name);
  const InLibrary guard(stack->in_library);
  // One-to-many, so that an association which the peer begins needs no second socket; the ports see to it that there
  // is but one.
  socket = usrsctp_socket(AF_CONN, SOCK_SEQPACKET, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  return socket && set_up_sctp_socket(socket) && usrsctp_bind(socket, generic, sizeof(name)) == 0 &&
         usrsctp_listen(socket, 1) == 0 &&
         (!begins || usrsctp_connect(socket, generic, sizeof(name)) == 0 || errno == EINPROGRESS);
}

void Association::Impl::close() {
  if (!socket) return;
  const InLibrary guard(stack->in_library);
  usrsctp_close(socket);
  socket = nullptr;
  stack->touch(stack->now);  // what the library frees later it frees by a timer
}

void Association::Impl::read() {
  SDR_ASSERT(!in_events, "an association is read from within its own events");
  in_events = true;
  int left = kMessagesPerRead;
  while (socket && !ended && !paused && left > 0 && read_one()) --left;
  in_events = false;
  if (left == 0) stack->wait_to_read(*this);
  if (ended) close();
}

bool Association::Impl::read_one() {
  sctp_rcvinfo info{};
  socklen_t info_size = sizeof(info), no_name = 0;
  unsigned int info_type = 0;
  int flags = 0;
  ssize_t size = 0;
  {
    const InLibrary guard(stack->in_library);
    size = usrsctp_recvv(socket, stack->buffer.data(), stack->buffer.size(), nullptr, &no_name, &info, &info_size,
                         &info_type, &flags);
  }
  if (size <= 0) {  // nothing there; an error is told by a notification as well
    unread = 0;
    return false;
  }
  if (unread > 0) --unread;
  const std::span<const uint8_t> bytes(stack->buffer.data(), static_cast<size_t>(size));
  if ((flags & MSG_NOTIFICATION) != 0) {
    on_notification(bytes);
    return true;
  }
  const bool whole = (flags & MSG_EOR) != 0, rest = discarding;
  discarding = !whole;
  if (rest || info_type != SCTP_RECVV_RCVINFO) return true;
  events->on_message({.stream = info.rcv_sid, .ppid = ntohl(info.rcv_ppid), .bytes = bytes, .too_large = !whole});
  return true;
}

sctp_status Association::Impl::status() const {
  sctp_status status{};
  status.sstat_assoc_id = id;
  socklen_t size = sizeof(status);
  const InLibrary guard(stack->in_library);
  if (usrsctp_getsockopt(socket, IPPROTO_SCTP, SCTP_STATUS, &status, &size) != 0) return {};
  return status;
}

size_t Association::Impl::count_unsent() {
  unacknowledged = socket && up ? status().sstat_unackdata : 0;
  if (unacknowledged == 0) unsent = 0;  // something is on its way for as long as anything waits
  return unsent;
}

/// The library takes a handshake in which packets were lost for a long round trip, and then leaves what is lost for
/// several times as long, the upper bound of its own time-out notwithstanding. Heartbeats measure anew: each counts an
/// eighth. True while more are needed.
bool Association::Impl::settle() {
  if (!socket || ended || probes_left-- <= 0 || status().sstat_primary.spinfo_rto <= kSettledRtoMs) return false;
  sctp_paddrparams path{};
  const sockaddr_conn name = name_of(slot);
  std::memcpy(&path.spp_address, &name, sizeof(name));
  path.spp_assoc_id = id;
  path.spp_flags = SPP_HB_DEMAND;
  const InLibrary guard(stack->in_library);
  return usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof(path)) == 0;
}

void Association::Impl::on_notification(std::span<const uint8_t> bytes) {
  uint16_t type = 0;
  if (bytes.size() < sizeof(sctp_notification::sctp_tlv)) return;
  std::memcpy(&type, bytes.data(), sizeof(type));
  if (type == SCTP_ASSOC_CHANGE && bytes.size() >= sizeof(sctp_assoc_change)) {
    sctp_assoc_change change;
    std::memcpy(&change, bytes.data(), sizeof(change));
    on_change(change);
  } else if (type == SCTP_STREAM_RESET_EVENT && bytes.size() >= sizeof(sctp_stream_reset_event)) {
    sctp_stream_reset_event event;
    std::memcpy(&event, bytes.data(), sizeof(event));
    std::array<uint16_t, kSctpStreams> streams{};
    const size_t listed = (bytes.size() - sizeof(event)) / sizeof(uint16_t), count = std::min(listed, streams.size());
    std::memcpy(streams.data(), bytes.data() + sizeof(event), count * sizeof(uint16_t));
    const auto list = std::span<const uint16_t>(streams).first(count);
    constexpr uint16_t kRefused = SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED;
    if ((event.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN) != 0) return events->on_streams_reset(list);
    if ((event.strreset_flags & kRefused) == 0) events->on_resets_done(list);
  }
}

void Association::Impl::on_change(const sctp_assoc_change& change) {
  switch (change.sac_state) {
    case SCTP_COMM_UP:
      if (up) return;
      up = true;
      id = change.sac_assoc_id;
      stack->settling.push_back(slot);
      return events->on_up(change.sac_outbound_streams);
    case SCTP_RESTART:
      return end(SctpEnd::restarted);
    case SCTP_COMM_LOST:
      return end(SctpEnd::lost);
    case SCTP_SHUTDOWN_COMP:
      return end(SctpEnd::shutdown);
    case SCTP_CANT_STR_ASSOC:
      return end(SctpEnd::failed);
    default:
      return;
  }
}

void Association::Impl::end(SctpEnd how) {
  if (ended) return;
  ended = true;
  events->on_end(how);
}

Association::Association(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Association::~Association() { SDR_ASSERT(!impl_->in_events, "an association is destroyed from within its own events"); }

bool Association::on_packet(std::span<const uint8_t> packet, Time now) {
  if (!impl_->socket) return false;
  // The library bounds what waits to be read by its bytes, not by its overhead, whatever its options say.
  const size_t deliveries = count_deliveries(packet);
  if (deliveries > 0 && impl_->unread > 0 && impl_->unread + deliveries > kSctpUnreadMax) return false;
  // While a reset waits for messages that are missing, the library takes later unordered ones for ordered ones and
  // aborts. The peer asks again, and by then they are here.
  const auto before_reset = last_before_reset(packet);
  if (before_reset && impl_->acknowledged && static_cast<int32_t>(*before_reset - *impl_->acknowledged) > 0)
    return false;
  impl_->unread += deliveries;
  impl_->stack->touch(now);
  {
    const InLibrary guard(impl_->stack->in_library);
    usrsctp_conninput(address_of(impl_->slot), packet.data(), packet.size(), 0);
  }
  impl_->read();
  return true;
}

SendResult Association::send(std::span<const uint8_t> message, const SendOptions& options) {
  if (!impl_->socket || !impl_->up || impl_->ended) return SendResult::closed;
  if (message.size() > kSctpMessageMax) return SendResult::too_large;
  // The library bounds what waits by its bytes alone, and the overhead of the smallest messages is a hundred times
  // that.
  if (impl_->count_unsent() + impl_->unacknowledged >= kSctpChunksMax) return SendResult::full;
  sctp_sendv_spa how{};
  how.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  how.sendv_sndinfo.snd_sid = options.stream;
  how.sendv_sndinfo.snd_ppid = htonl(options.ppid);
  how.sendv_sndinfo.snd_flags = options.ordered ? 0 : SCTP_UNORDERED;
  how.sendv_sndinfo.snd_assoc_id = impl_->id;
  if (!options.reliable) {
    how.sendv_flags |= SCTP_SEND_PRINFO_VALID;
    how.sendv_prinfo.pr_policy = SCTP_PR_SCTP_RTX;
    how.sendv_prinfo.pr_value = 0;
  }
  impl_->stack->touch(impl_->stack->now);
  const InLibrary guard(impl_->stack->in_library);
  ++impl_->unsent;  // it may be on the wire before the call returns
  const ssize_t size =
      usrsctp_sendv(impl_->socket, message.data(), message.size(), nullptr, 0, &how, sizeof(how), SCTP_SENDV_SPA, 0);
  if (size >= 0) return SendResult::sent;
  if (impl_->unsent > 0) --impl_->unsent;
  if (errno == EMSGSIZE) return SendResult::too_large;
  return errno == EWOULDBLOCK || errno == ENOBUFS ? SendResult::full : SendResult::closed;
}

size_t Association::unsent() const { return impl_->count_unsent(); }

bool Association::reset_stream(uint16_t stream) {
  if (!impl_->socket || !impl_->up || impl_->ended) return false;
  constexpr size_t kSize = sizeof(sctp_reset_streams) + sizeof(uint16_t);
  alignas(sctp_reset_streams) std::array<uint8_t, kSize> request{};
  sctp_reset_streams head{};
  head.srs_assoc_id = impl_->id;
  head.srs_flags = SCTP_STREAM_RESET_OUTGOING;
  head.srs_number_streams = 1;
  std::memcpy(request.data(), &head, sizeof(head));
  std::memcpy(request.data() + sizeof(head), &stream, sizeof(stream));
  impl_->stack->touch(impl_->stack->now);
  const InLibrary guard(impl_->stack->in_library);
  if (usrsctp_setsockopt(impl_->socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, request.data(), kSize) == 0) return true;
  return errno != EINVAL && errno != EOPNOTSUPP;  // no such stream, or a peer without RFC 6525
}

void Association::pause_reading() { impl_->paused = true; }

void Association::resume_reading() {
  if (!impl_->paused) return;
  impl_->paused = false;
  impl_->stack->touch(impl_->stack->now);
  impl_->stack->wait_to_read(*impl_);
}

void Association::shut_down() {
  if (!impl_->socket || !impl_->up || impl_->ended) return;
  sctp_sndinfo how{};
  how.snd_flags = SCTP_EOF;
  how.snd_assoc_id = impl_->id;
  const uint8_t nothing = 0;
  impl_->stack->touch(impl_->stack->now);
  const InLibrary guard(impl_->stack->in_library);
  usrsctp_sendv(impl_->socket, &nothing, 0, nullptr, 0, &how, sizeof(how), SCTP_SENDV_SNDINFO, 0);
}

void Association::abort() {
  impl_->ended = true;
  if (!impl_->in_events) impl_->close();  // else when the events are over
}

// ---- all of them

int SctpStack::Impl::on_output(void* address, void* packet, size_t size, uint8_t, uint8_t) {
  const size_t slot = slot_of(address);
  if (!owner || slot >= owner->slots.size()) return 0;
  Association::Impl* association = owner->slots[slot];
  if (!association || !association->events) return 0;
  // A timer that had an effect also sends: the end of an association, for one. After a packet it is read anyway.
  if (owner->in_timers) owner->wait_to_read(*association);
  const std::span<const uint8_t> bytes(static_cast<const uint8_t*>(packet), size);
  association->unsent -= std::min(association->unsent, count_first_sent(bytes, association->newest_sent));
  if (const auto number = acknowledged_by(bytes)) association->acknowledged = number;
  association->events->on_packet_out(bytes);
  return 0;
}

std::optional<size_t> SctpStack::Impl::take_slot() {
  if (count >= kAssociationsMax) return std::nullopt;
  if (free_slots.empty()) {
    free_slots.push_back(slots.size());
    usrsctp_register_address(address_of(slots.size()));
    slots.push_back(nullptr);
    waiting.reserve(slots.size());
    reading.reserve(slots.size());
    settling.reserve(slots.size());
  }
  const size_t slot = free_slots.front();
  free_slots.pop_front();
  return slot;
}

void SctpStack::Impl::read_waiting() {
  reading.swap(waiting);
  for (const size_t slot : reading) {
    Association::Impl* association = slots[slot];
    if (!association) continue;
    association->waiting = false;
    association->read();
  }
  reading.clear();
}

void SctpStack::Impl::settle() {
  std::erase_if(settling, [this](size_t slot) { return !slots[slot] || !slots[slot]->settle(); });
}

SctpStack::SctpStack(Time now) : impl_(std::make_unique<Impl>()) {
  SDR_ASSERT(Impl::owner == nullptr, "there is an SCTP stack already");
  impl_->now = impl_->ticked = impl_->busy_until = impl_->swept = now;
  Impl::owner = impl_.get();
  usrsctp_init_nothreads(0, &Impl::on_output, nullptr);
  set_up_sctp_library();
}

SctpStack::~SctpStack() {
  SDR_ASSERT_OP(impl_->count, ==, size_t{0});
  // The library refuses to finish while it still holds an endpoint; timers free those. One that stays for a minute of
  // its time stays for good, and the next stack finds the library as it is.
  for (int i = 0; i < 600 && usrsctp_finish() != 0; ++i) usrsctp_handle_timers(100);
  Impl::owner = nullptr;
}

Result<std::unique_ptr<Association>> SctpStack::open(AssociationEvents& events, bool begins, Time now) {
  const auto slot = impl_->take_slot();
  if (!slot) return Error(make_error_code(SctpError::kTooManyPeers));
  impl_->touch(now);
  auto association = std::make_unique<Association::Impl>();
  association->stack = impl_.get();
  association->events = &events;
  association->slot = *slot;
  impl_->slots[*slot] = association.get();
  ++impl_->count;
  if (!association->open(begins)) return Error(make_error_code(SctpError::kNoResources), std::strerror(errno));
  return std::unique_ptr<Association>(new Association(std::move(association)));
}

void SctpStack::on_time(Time now) {
  impl_->now = std::max(impl_->now, now);
  const auto elapsed = std::chrono::duration_cast<milliseconds>(impl_->now - impl_->ticked);
  if (elapsed >= kBusyTick) {
    impl_->ticked += elapsed;
    {
      const InLibrary guard(impl_->in_library), timers(impl_->in_timers);
      usrsctp_handle_timers(static_cast<uint32_t>(std::min<int64_t>(elapsed.count(), UINT32_MAX)));
    }
    impl_->settle();
  }
  if (impl_->now - impl_->swept >= kSweep) {
    impl_->swept = impl_->now;
    for (Association::Impl* association : impl_->slots) {
      if (association) impl_->wait_to_read(*association);
    }
  }
  impl_->read_waiting();
}

std::optional<Time> SctpStack::next_time() const {
  if (!impl_->waiting.empty()) return impl_->now;
  if (impl_->now < impl_->busy_until) return impl_->ticked + kBusyTick;
  if (impl_->count > 0) return impl_->ticked + kIdleTick;
  return std::nullopt;
}

size_t SctpStack::association_count() const { return impl_->count; }

}  // namespace sdr::rtc
