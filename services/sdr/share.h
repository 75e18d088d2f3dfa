// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sdr/run_folder.h"
#include "sdr/up_options.h"

// `sdr up --share`: the page for others on the network too. It then listens on every interface and asks a token of
// everybody; the address that is printed carries one, of role `admin`, in its fragment, which browsers send to nobody.
// The token lives in the run folder (mode 0600), so that an address that somebody kept works after a restart.
//
// Thread: main's, at start. Errors: ConfigError.

namespace sdr::command {

struct Share {
  std::string token;
  std::string tokens_file;  ///< as `access_tokens_file` of sdr-transport reads it; empty: not shared
};

/// What --share asks for; nothing where it was not given. A token of an earlier run is kept.
Share prepare_share(const UpOptions& options, const RunFolder& folder);

/// This machine's first address that others can reach, else its host name.
std::string reachable_host();

}  // namespace sdr::command
