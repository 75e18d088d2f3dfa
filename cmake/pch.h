// SPDX-License-Identifier: Apache-2.0
#pragma once

// What nearly every source includes anyway, parsed once for all of them (SDR_PCH). Each source still includes what it
// uses: the builds for sanitizers do without this file.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
