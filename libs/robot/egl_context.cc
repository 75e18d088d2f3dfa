// SPDX-License-Identifier: Apache-2.0
#include "robot/egl_context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <algorithm>
#include <array>
#include <vector>

#include "robot/errc.h"

namespace sdr::robot {
namespace {

constexpr int kMostDevices = 16;
constexpr unsigned kGlRenderer = 0x1F01;  // GL_RENDERER

template <typename Function>
Function egl_function(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

Error egl_error(const char* what) {
  char text[64];
  std::snprintf(text, sizeof text, "%s: EGL error 0x%x", what, static_cast<unsigned>(eglGetError()));
  return Error(Errc::renderer_missing, text);
}

/// All devices, those that draw in software last.
std::vector<EGLDeviceEXT> list_devices() {
  const auto query = egl_function<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
  const auto describe = egl_function<PFNEGLQUERYDEVICESTRINGEXTPROC>("eglQueryDeviceStringEXT");
  std::array<EGLDeviceEXT, kMostDevices> found{};
  EGLint count = 0;
  if (query == nullptr || describe == nullptr || !query(kMostDevices, found.data(), &count)) return {};
  std::vector<EGLDeviceEXT> devices(found.begin(), found.begin() + count);
  std::stable_partition(devices.begin(), devices.end(), [&](EGLDeviceEXT device) {
    const char* extensions = describe(device, EGL_EXTENSIONS);
    return extensions == nullptr || std::string_view(extensions).find("software") == std::string_view::npos;
  });
  return devices;
}

}  // namespace

void* EglContext::function(const char* name) { return reinterpret_cast<void*>(eglGetProcAddress(name)); }

Result<std::unique_ptr<EglContext>> EglContext::create(int device) {
  const std::vector<EGLDeviceEXT> devices = list_devices();
  if (devices.empty()) return Error(Errc::renderer_missing, "EGL knows no device");
  if (device >= static_cast<int>(devices.size())) {
    return Error(Errc::renderer_missing,
                 "EGL device " + std::to_string(device) + " of " + std::to_string(devices.size()));
  }
  std::string reasons;
  for (size_t i = 0; i < devices.size(); ++i) {
    if (device >= 0 && i != static_cast<size_t>(device)) continue;
    Result<std::unique_ptr<EglContext>> context = open(devices[i]);
    if (context) return context;
    reasons +=
        (reasons.empty() ? "" : "; ") + std::string("device ") + std::to_string(i) + ": " + context.error().context();
  }
  return Error(Errc::renderer_missing, reasons);
}

Result<std::unique_ptr<EglContext>> EglContext::open(void* device) {
  const auto get_display = egl_function<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
  if (get_display == nullptr) return Error(Errc::renderer_missing, "EGL has no platform displays");
  const EGLDisplay display = get_display(EGL_PLATFORM_DEVICE_EXT, device, nullptr);
  if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr)) return egl_error("eglInitialize");
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (!eglChooseConfig(display, wanted, &config, 1, &count) || count < 1) return egl_error("eglChooseConfig");
  if (!eglBindAPI(EGL_OPENGL_API)) return egl_error("eglBindAPI");
  const EGLContext handle = eglCreateContext(display, config, EGL_NO_CONTEXT, nullptr);
  if (handle == EGL_NO_CONTEXT) return egl_error("eglCreateContext");
  std::unique_ptr<EglContext> context(new EglContext(display, handle));
  SDR_TRY(context->make_current());
  return context;
}

Status EglContext::make_current() {
  if (!eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_)) return egl_error("eglMakeCurrent");
  const auto get_string = reinterpret_cast<const unsigned char* (*)(unsigned)>(function("glGetString"));
  const unsigned char* name = get_string == nullptr ? nullptr : get_string(kGlRenderer);
  if (name == nullptr) return Error(Errc::renderer_missing, "OpenGL gives no renderer's name");
  renderer_ = reinterpret_cast<const char*>(name);
  for (const char* software : {"llvmpipe", "softpipe", "SwiftShader", "swrast"}) {
    software_ = software_ || renderer_.find(software) != std::string::npos;
  }
  return {};
}

EglContext::~EglContext() {
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display_, context_);
  // The display stays initialised: it is shared by all contexts of the process on this device.
}

}  // namespace sdr::robot
