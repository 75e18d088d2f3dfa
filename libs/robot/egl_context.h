// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

// An OpenGL context without a window or a display server: the first EGL device that gives one. Devices are asked one by
// one (EGL_EXT_platform_device), since the default display is the wrong GPU on machines with several.
//
// Thread: create() binds the context to the calling thread, for good; the destructor runs there too.

namespace sdr::robot {

class EglContext {
 public:
  /// `device`: -1 tries all in order, hardware before software; else this one alone.
  /// Error: Errc::renderer_missing, with what each device said.
  static Result<std::unique_ptr<EglContext>> create(int device = -1);
  ~EglContext();
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;

  /// "NVIDIA ...", "llvmpipe (LLVM 15.0.6, 256 bits)".
  const std::string& renderer() const { return renderer_; }
  /// The processor draws.
  bool software() const { return software_; }

  /// An OpenGL function by name, or nullptr.
  static void* function(const char* name);

 private:
  EglContext(void* display, void* context) : display_(display), context_(context) {}
  static Result<std::unique_ptr<EglContext>> open(void* device);
  Status make_current();

  void* display_;
  void* context_;
  std::string renderer_;
  bool software_ = false;
};

}  // namespace sdr::robot
