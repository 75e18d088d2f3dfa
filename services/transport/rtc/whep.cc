// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/whep.h"

#include <algorithm>

#include "base/log.h"
#include "rtc/sdp/ice_fragment.h"

namespace sdr::transport {
namespace {

using net::HttpMethod;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::string_view kSdp = "application/sdp", kFragment = "application/trickle-ice-sdpfrag";

bool has_type(const HttpRequest& request, std::string_view type) {
  const std::string_view sent = request.header("Content-Type").value_or("");
  return sent.substr(0, sent.find(';')) == type;
}

void add_links(HttpResponse& response, const RtcDesk& desk) {
  for (const rtc::IceServer& server : desk.ice_servers()) response.add_header("Link", link_header(server));
}

HttpResponse options(const RtcDesk& desk) {
  HttpResponse response;
  response.status = 204;
  response.add_header("Accept-Post", kSdp);
  add_links(response, desk);
  return response;
}

}  // namespace

struct Whep::Viewer final : Commander {
  Viewer(std::string viewer_id, const net::Address& address, Identity who)
      : Commander(std::move(viewer_id), address.is_loopback()), peer(address) {
    identity = std::move(who);
  }
  Camera* watched() const override { return camera; }

  const net::Address peer;
  Camera* camera = nullptr;
  RtcSession* session = nullptr;
};

Whep::Whep(EventLoop& loop, Registry& registry, RtcDesk& desk, Cameras& cameras, const TransportOptions& options)
    : loop_(loop),
      desk_(desk),
      cameras_(cameras),
      per_address_max_(static_cast<size_t>(options.clients_per_address_max)),
      loopback_is_free_(options.loopback_is_free),
      count_(registry.gauge("whep_sessions", "WHEP sessions")) {}

Whep::~Whep() = default;

HttpResponse Whep::answer(const HttpRequest& request, const net::Address& peer, Identity identity) {
  if (!desk_.enabled()) return HttpResponse::error(501, "WebRTC is switched off here; /stream/ws is not");
  if (request.path == kPath) {
    if (request.method == HttpMethod::kOptions) return options(desk_);
    if (request.method != HttpMethod::kPost) return HttpResponse::method_not_allowed("POST, OPTIONS");
    return post(request, peer, std::move(identity));
  }
  const std::string_view id = request.path.substr(std::min(request.path.size(), kPath.size() + 1));
  const auto found = std::find_if(viewers_.begin(), viewers_.end(), [id](const auto& viewer) {
    return viewer->session != nullptr && viewer->session->id == id;
  });
  if (found == viewers_.end()) return HttpResponse::error(404, "no such session");
  // Whoever knows a session's number but is somebody else changes nothing about it.
  if ((*found)->identity.token != identity.token) return HttpResponse::error(403, "this session is another's");
  RtcSession& session = *(*found)->session;
  if (request.method == HttpMethod::kPatch) return patch(request, session);
  if (request.method != HttpMethod::kDelete) return HttpResponse::method_not_allowed("PATCH, DELETE");
  desk_.close(session);
  return HttpResponse::text(200, "");
}

HttpResponse Whep::post(const HttpRequest& request, const net::Address& peer, Identity identity) {
  if (!has_type(request, kSdp)) return HttpResponse::error(415, "an offer is application/sdp");
  if (!has_share(peer)) return HttpResponse::error(429, "too many sessions from your address");
  const std::string_view name = request.query_value("camera").value_or("");
  if (!name.empty() && !is_camera_name(name)) return HttpResponse::error(400, "a camera's name is [a-z0-9_-]{1,32}");
  Camera* const camera = cameras_.find_or_open(name);
  if (camera == nullptr) return HttpResponse::error(404, "no such camera");
  auto viewer = std::make_unique<Viewer>("whep-" + std::to_string(realtime_us()) + "-" + std::to_string(next_number_++),
                                         peer, std::move(identity));
  viewer->camera = camera;
  const auto answered = desk_.offer(*viewer, std::string(request.body), *camera);
  if (!answered) {
    const bool busy = answered.error().code() == std::errc::resource_unavailable_try_again;
    return HttpResponse::error(busy ? 503 : 400, answered.error().message());
  }
  RtcSession& session = *answered.value().session;
  viewer->session = &session;
  log_info("a WHEP viewer came", {{"client", viewer->id()}, {"name", viewer->identity.name}});
  viewers_.push_back(std::move(viewer));
  per_address_.add(peer);
  count_.set(static_cast<double>(viewers_.size()));
  HttpResponse response = HttpResponse::text(201, answered.value().sdp);
  response.content_type = kSdp;
  response.add_header("Location", std::string(kPath) + "/" + session.id);
  response.add_header("ETag", rtc::ice_etag(session.peer().credentials().ufrag()));
  response.add_header("Accept-Patch", kFragment);
  add_links(response, desk_);
  return response;
}

// RFC 9725 4.3: candidates mean nothing to an ICE-lite server, new credentials are a restart.
HttpResponse Whep::patch(const HttpRequest& request, RtcSession& session) {
  if (!has_type(request, kFragment)) return HttpResponse::error(415, "a PATCH is application/trickle-ice-sdpfrag");
  const std::string etag = rtc::ice_etag(session.peer().credentials().ufrag());
  const rtc::EtagMatch match = rtc::match_etag(request.header("If-Match"), etag);
  if (match == rtc::EtagMatch::kMissing) return HttpResponse::error(428, "If-Match is missing");
  if (match == rtc::EtagMatch::kOther) return HttpResponse::error(412, "this is about an earlier ICE session");
  const auto fragment = rtc::parse_ice_fragment(request.body);
  if (!fragment) return HttpResponse::error(400, fragment.error().message());
  if (match == rtc::EtagMatch::kSame) {
    HttpResponse response;
    response.status = 204;
    return response;
  }
  const auto restarted = desk_.restart(session);
  if (!restarted) return HttpResponse::error(503, restarted.error().message());
  HttpResponse response = HttpResponse::text(200, restarted.value());
  response.content_type = kFragment;
  response.add_header("ETag", rtc::ice_etag(session.peer().credentials().ufrag()));
  return response;
}

bool Whep::has_share(const net::Address& peer) const {
  if (loopback_is_free_ && peer.is_loopback()) return true;
  return per_address_.count(peer) < per_address_max_;
}

Commander* Whep::find(std::string_view id) {
  for (const auto& viewer : viewers_) {
    if (viewer->id() == id) return viewer.get();
  }
  return nullptr;
}

void Whep::show_out(const std::function<bool(const Identity&)>& is_meant) {
  for (const auto& viewer : viewers_) {
    if (is_meant(viewer->identity)) desk_.close(*viewer->session);
  }
}

void Whep::on_gone(RtcSession& session) {
  const auto found =
      std::find_if(viewers_.begin(), viewers_.end(), [&](const auto& viewer) { return viewer->session == &session; });
  if (found == viewers_.end()) return;
  log_info("a WHEP viewer left", {{"client", (*found)->id()}});
  if (on_leave_) on_leave_(**found);
  per_address_.remove((*found)->peer);
  viewers_.erase(found);
  count_.set(static_cast<double>(viewers_.size()));
}

}  // namespace sdr::transport
