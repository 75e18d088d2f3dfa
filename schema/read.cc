// SPDX-License-Identifier: Apache-2.0
#include "schema/read.h"

namespace sdr::schema {

JsonParser& thread_parser() {
  thread_local JsonParser parser;
  return parser;
}

}  // namespace sdr::schema
