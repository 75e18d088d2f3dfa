// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rtc/sdp/errc.h"
#include "rtc/sdp/media_attributes.h"
#include "rtc/sdp/session_description.h"
#include "rtc/sdp/text.h"

namespace sdr::rtc {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : reader_(text) {}

  Result<SessionDescription> parse() {
    SdpLine line;
    SDR_TRY(reader_.next(line));
    if (line.type != 'v' || line.value != "0") return reader_.error(SdpErrc::kBadLine, "v=0 comes first");
    for (;;) {
      SDR_TRY(reader_.next(line));
      if (line.type == 0) break;
      SDR_TRY(take(line));
    }
    for (MediaSection& section : description_.media) inherit(section);
    SDR_TRY(check_mids());
    return std::move(description_);
  }

 private:
  Status take(const SdpLine& line) {
    switch (line.type) {
      case 'o':
        return take_origin(line.value);
      case 'm':
        return take_media(line.value);
      case 'a':
        return take_attribute(line.value);
      case 'v':
        return reader_.error(SdpErrc::kBadLine, "v= once more");
      default:
        return Status();  // s, t, c, b and so on: nothing that WebRTC goes by
    }
  }

  Status take_origin(std::string_view value) {
    take_field(value);  // user
    const std::string_view id = take_field(value);
    const auto version = parse_number<uint64_t>(take_field(value));
    const bool digits = std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!version || id.empty() || id.size() > 20 || !digits) return reader_.error(SdpErrc::kBadLine, "o=");
    description_.session_id = id;
    description_.version = *version;
    return Status();
  }

  Status take_media(std::string_view value) {
    if (description_.media.size() == SdpLimits::kMedia) return reader_.error(SdpErrc::kTooLarge, "m=");
    MediaSection section;
    section.kind = take_field(value);
    std::string_view port = take_field(value);
    const auto number = parse_number<uint16_t>(take_field(port, '/'));
    section.protocol = take_field(value);
    if (!is_token(section.kind) || !number || !is_protocol(section.protocol) || value.empty()) {
      return reader_.error(SdpErrc::kBadLine, "m=");
    }
    section.port = *number;
    section.direction = defaults_.direction;
    const bool rtp = section.protocol.find("RTP/") != std::string::npos;
    while (!value.empty()) {
      const std::string_view format = take_field(value);
      if (!is_token(format)) return reader_.error(SdpErrc::kBadLine, "m=");
      if (section.formats.size() == SdpLimits::kPerSection) return reader_.error(SdpErrc::kTooLarge, "m=");
      section.formats.emplace_back(format);
      if (!rtp) continue;
      const auto payload_type = parse_number<uint8_t>(format);
      if (!payload_type || *payload_type > 127) return reader_.error(SdpErrc::kBadLine, "m=");
      add_format(section, *payload_type);
    }
    description_.media.push_back(std::move(section));
    return Status();
  }

  static void add_format(MediaSection& section, uint8_t payload_type) {
    const auto same = [&](const RtpFormat& format) { return format.payload_type == payload_type; };
    if (std::any_of(section.rtp.begin(), section.rtp.end(), same)) return;
    section.rtp.emplace_back().payload_type = payload_type;
  }

  static bool is_protocol(std::string_view text) {
    for (std::string_view rest = text; !rest.empty();) {
      if (!is_token(take_field(rest, '/'))) return false;
    }
    return !text.empty() && text.back() != '/';
  }

  Status take_attribute(std::string_view value) {
    const std::string_view name = take_field(value, ':');
    const bool in_session = description_.media.empty();
    if (in_session && name == "group") return take_group(value);
    if (name == "ice-options") return take_ice_options(value);
    if (in_session && name == "ice-lite") {
      description_.ice_lite = true;
      return Status();
    }
    switch (take_media_attribute(in_session ? defaults_ : description_.media.back(), name, value)) {
      case AttributeState::kBad:
        return reader_.error(SdpErrc::kBadAttribute, name);
      case AttributeState::kTooMany:
        return reader_.error(SdpErrc::kTooLarge, name);
      case AttributeState::kTaken:
      case AttributeState::kUnknown:
        return Status();
    }
    return Status();
  }

  Status take_group(std::string_view value) {
    if (take_field(value) != "BUNDLE") return Status();
    if (description_.bundles.size() == SdpLimits::kMedia) return reader_.error(SdpErrc::kTooLarge, "group");
    std::vector<std::string>& mids = description_.bundles.emplace_back();
    while (!value.empty()) {
      const std::string_view mid = take_field(value);
      if (mids.size() == SdpLimits::kMedia) return reader_.error(SdpErrc::kTooLarge, "group");
      if (!is_token(mid, SdpLimits::kMidBytes)) return reader_.error(SdpErrc::kBadAttribute, "group");
      mids.emplace_back(mid);
    }
    return Status();
  }

  /// Of the session, wherever it stands (RFC 8839 5.6 allows both levels).
  Status take_ice_options(std::string_view value) {
    std::vector<std::string>& options = description_.ice_options;
    while (!value.empty()) {
      const std::string_view option = take_field(value);
      if (!is_token(option)) return reader_.error(SdpErrc::kBadAttribute, "ice-options");
      if (std::find(options.begin(), options.end(), option) != options.end()) continue;
      if (options.size() == 8) return reader_.error(SdpErrc::kTooLarge, "ice-options");
      options.emplace_back(option);
    }
    return Status();
  }

  /// What the session says for all of its sections.
  void inherit(MediaSection& section) const {
    const TransportParameters& session = defaults_.transport;
    TransportParameters& own = section.transport;
    if (own.ice_ufrag.empty() && own.ice_password.empty()) {
      own.ice_ufrag = session.ice_ufrag;
      own.ice_password = session.ice_password;
    }
    if (own.fingerprints.empty()) own.fingerprints = session.fingerprints;
    if (!own.setup) own.setup = session.setup;
    if (section.extensions.empty()) section.extensions = defaults_.extensions;
    section.extmap_allow_mixed = section.extmap_allow_mixed || defaults_.extmap_allow_mixed;
  }

  Status check_mids() const {
    std::vector<std::string_view> mids;
    for (const MediaSection& section : description_.media) {
      if (!section.mid.empty()) mids.push_back(section.mid);
    }
    std::sort(mids.begin(), mids.end());
    if (std::adjacent_find(mids.begin(), mids.end()) != mids.end()) return Error(SdpErrc::kBadAttribute, "mid twice");
    return Status();
  }

  SdpLineReader reader_;
  SessionDescription description_;
  MediaSection defaults_;
};

}  // namespace

const MediaSection* SessionDescription::find(std::string_view mid) const {
  const auto found =
      std::find_if(media.begin(), media.end(), [&](const MediaSection& section) { return section.mid == mid; });
  return found == media.end() || mid.empty() ? nullptr : &*found;
}

Result<SessionDescription> parse_sdp(std::string_view text) {
  if (text.size() > SdpLimits::kBytes) return Error(SdpErrc::kTooLarge);
  return Parser(text).parse();
}

}  // namespace sdr::rtc
