// SPDX-License-Identifier: Apache-2.0
#include "robot/renderer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "robot/bounded_floor.h"
#include "robot/egl_context.h"
#include "robot/errc.h"
#include "robot/flat_shadows.h"
#include "robot/mujoco_model.h"

namespace sdr::robot {
namespace {

constexpr int kMostGeoms = 2000;
constexpr unsigned kGlBgra = 0x80E1, kGlUnsignedByte = 0x1401, kGlReadFramebuffer = 0x8CA8, kGlPackAlignment = 0x0D05;

struct GlFunctions {
  void (*bind_framebuffer)(unsigned, unsigned) = nullptr;
  void (*read_pixels)(int, int, int, int, unsigned, unsigned, void*) = nullptr;
  void (*pixel_store)(unsigned, int) = nullptr;
  unsigned (*get_error)() = nullptr;

  bool load() {
    bind_framebuffer = reinterpret_cast<decltype(bind_framebuffer)>(EglContext::function("glBindFramebuffer"));
    read_pixels = reinterpret_cast<decltype(read_pixels)>(EglContext::function("glReadPixels"));
    pixel_store = reinterpret_cast<decltype(pixel_store)>(EglContext::function("glPixelStorei"));
    get_error = reinterpret_cast<decltype(get_error)>(EglContext::function("glGetError"));
    return bind_framebuffer != nullptr && read_pixels != nullptr && pixel_store != nullptr && get_error != nullptr;
  }
};

/// For the compiler, which cannot know that these are finite and small.
void narrow(float out[3], const Vec3& in) {
  for (size_t i = 0; i < 3; ++i) out[i] = static_cast<float>(in[i]);
}

}  // namespace

class Renderer::Impl {
 public:
  explicit Impl(std::unique_ptr<EglContext> context) : egl(std::move(context)) {
    mjv_defaultScene(&scene);
    mjr_defaultContext(&context_gl);
    mjv_defaultOption(&option);
    option.geomgroup[3] = 0;  // collision shapes
    std::fill(std::begin(option.sitegroup), std::end(option.sitegroup), mjtByte{0});
  }
  ~Impl() { release(); }

  Status use(const std::shared_ptr<const SceneModel>& wanted);
  Status make_context();
  void release();
  void place_camera(const View& view);
  void draw(const SceneState& state, const View& view);
  Result<RenderedPixels> read_back();

  std::unique_ptr<EglContext> egl;
  GlFunctions gl;
  std::shared_ptr<const SceneModel> model;
  DataPtr data;
  mjvScene scene;
  mjvOption option;
  mjrContext context_gl;
  FlatShadows shadows;
  BoundedFloor floor;  // in software
  bool made = false;
  int width = 640, height = 360;
  RenderQuality quality;
  std::vector<uint8_t> pixels;
};

void Renderer::Impl::release() {
  if (!made) return;
  mjr_freeContext(&context_gl);
  mjv_freeScene(&scene);
  made = false;
}

Status Renderer::Impl::use(const std::shared_ptr<const SceneModel>& wanted) {
  if (made && model == wanted) return {};
  release();
  model = wanted;
  data.reset(mj_makeData(model->model.get()));
  mjv_makeScene(model->model.get(), &scene, kMostGeoms);
  return make_context();
}

Status Renderer::Impl::make_context() {
  // The context's sizes come from the model, which is shared and const; only these numbers are changed, in a copy.
  mjModel shallow = *model->model;
  shallow.vis.global.offwidth = width;
  shallow.vis.global.offheight = height;
  shallow.vis.quality.offsamples = quality.multisample ? 4 : 0;
  if (egl->software() || !quality.shadows) shallow.vis.quality.shadowsize = 0;
  if (egl->software()) floor.prepare(shallow);
  mjr_defaultContext(&context_gl);
  mjr_makeContext(&shallow, &context_gl, mjFONTSCALE_100);
  mjr_setBuffer(mjFB_OFFSCREEN, &context_gl);
  made = true;
  if (context_gl.currentBuffer != mjFB_OFFSCREEN) {
    return Error(Errc::renderer_failed, "no frame buffer of " + std::to_string(width) + "x" + std::to_string(height));
  }
  scene.flags[mjRND_SHADOW] = quality.shadows && !egl->software();
  scene.flags[mjRND_REFLECTION] = !egl->software();
  scene.flags[mjRND_HAZE] = 1;
  scene.flags[mjRND_FOG] = floor.bounded();
  scene.flags[mjRND_SKYBOX] = 1;
  shadows.prepare(*model->model);
  return {};
}

void Renderer::Impl::place_camera(const View& view) {
  const mjModel* m = model->model.get();
  Vec3 eye = view.eye, forward = view.forward, up = view.up;
  double fovy = view.fovy;
  if (const int id = view.mjcf == nullptr ? -1 : mj_name2id(m, mjOBJ_CAMERA, view.mjcf); id >= 0) {
    const mjtNum* axes = data->cam_xmat + 9 * id;
    for (size_t i = 0; i < 3; ++i) {
      eye[i] = data->cam_xpos[3 * static_cast<size_t>(id) + i];
      forward[i] = -axes[3 * i + 2];
      up[i] = axes[3 * i + 1];
    }
    fovy = m->cam_fovy[id] * M_PI / 180.0;
  }
  for (mjvGLCamera& camera : scene.camera) {
    narrow(camera.pos, eye);
    narrow(camera.forward, forward);
    narrow(camera.up, up);
    const double near = m->vis.map.znear * m->stat.extent;
    camera.frustum_near = static_cast<float>(near);
    camera.frustum_far = static_cast<float>(m->vis.map.zfar * m->stat.extent);
    camera.frustum_top = static_cast<float>(near * std::tan(fovy / 2.0));
    camera.frustum_bottom = -camera.frustum_top;
    camera.frustum_center = 0.0f;
    camera.frustum_width = 0.0f;
    camera.orthographic = 0;
  }
}

void Renderer::Impl::draw(const SceneState& state, const View& view) {
  const mjModel* m = model->model.get();
  std::copy(state.qpos.begin(), state.qpos.end(), data->qpos);
  mj_kinematics(m, data.get());
  mj_camlight(m, data.get());
  place_camera(view);
  mjvCamera ours;
  mjv_defaultCamera(&ours);
  ours.type = mjCAMERA_USER;  // place_camera() has set the scene's
  mjv_updateScene(m, data.get(), &option, nullptr, &ours, mjCAT_ALL, &scene);
  if (floor.bounded()) floor.apply(scene);
  if (quality.shadows && egl->software()) shadows.add(*m, scene);
  mjr_render({0, 0, width, height}, &scene, &context_gl);
}

Result<RenderedPixels> Renderer::Impl::read_back() {
  unsigned source = context_gl.offFBO;
  if (context_gl.offSamples > 0) {
    mjr_blitBuffer({0, 0, width, height}, {0, 0, width, height}, 1, 0, &context_gl);
    source = context_gl.offFBO_r;
  }
  gl.bind_framebuffer(kGlReadFramebuffer, source);
  gl.pixel_store(kGlPackAlignment, 4);
  gl.read_pixels(0, 0, width, height, kGlBgra, kGlUnsignedByte, pixels.data());
  if (const unsigned error = gl.get_error(); error != 0) {
    return Error(Errc::renderer_failed, "OpenGL error " + std::to_string(error));
  }
  return RenderedPixels{pixels.data(), width, height, 4 * static_cast<size_t>(width)};
}

void Renderer::prefer_quick_textures() {
  // Mesa's llvmpipe: two levels of a texture are mixed only near where one takes over from the other, and which one it
  // is comes from sums instead of roots. A tenth of a picture's cost, and no difference that one sees.
  ::setenv("GALLIVM_PERF", "brilinear,rho_approx", 0);
}

Renderer::Renderer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Renderer::~Renderer() = default;

Result<std::unique_ptr<Renderer>> Renderer::create(int device) {
  Result<std::unique_ptr<EglContext>> egl = EglContext::create(device);
  if (!egl) return egl.error();
  auto impl = std::make_unique<Impl>(std::move(*egl));
  if (!impl->gl.load()) return Error(Errc::renderer_missing, "OpenGL lacks frame buffers");
  std::unique_ptr<Renderer> renderer(new Renderer(std::move(impl)));
  SDR_TRY(renderer->resize(640, 360));
  return renderer;
}

Status Renderer::resize(int width, int height) {
  if (width < 16 || height < 16 || width > 8192 || height > 8192) {
    return Error(Errc::renderer_failed, "a picture of " + std::to_string(width) + "x" + std::to_string(height));
  }
  impl_->width = width;
  impl_->height = height;
  impl_->pixels.resize(4 * static_cast<size_t>(width) * static_cast<size_t>(height));
  if (impl_->made) mjr_resizeOffscreen(width, height, &impl_->context_gl);
  return {};
}

void Renderer::set_quality(const RenderQuality& quality) {
  impl_->quality = quality;
  impl_->release();  // sample counts and shadow maps belong to the context, which the next picture makes anew
}

Result<RenderedPixels> Renderer::render(const SceneState& state, const View& view) {
  SDR_TRY(impl_->use(state.model));
  impl_->draw(state, view);
  return impl_->read_back();
}

const std::string& Renderer::name() const { return impl_->egl->renderer(); }
bool Renderer::software() const { return impl_->egl->software(); }

}  // namespace sdr::robot
