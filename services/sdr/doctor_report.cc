// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "base/json_writer.h"
#include "sdr/doctor.h"

namespace sdr::command {
namespace {

std::string gigabytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
  return text;
}

void line(std::string& out, const std::string& name, const std::string& text) {
  out += "  " + name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + text + "\n";
}

void encoder_lines(const Diagnosis& diagnosis, std::string& out) {
  for (const EncoderTrial& encoder : diagnosis.encoders) {
    char time[48];
    std::snprintf(time, sizeof time, "%.1f ms per picture (640x360)", encoder.ms_per_frame);
    line(out, encoder.name, encoder.works ? std::string("encodes, ") + time : "no: " + encoder.why_not);
  }
}

void port_lines(const Diagnosis& diagnosis, std::string& out) {
  for (const PortFacts& port : diagnosis.ports) {
    const std::string taken = port.holder.empty() ? "taken" : "taken by " + port.holder;
    line(out, "port " + std::to_string(port.port), (port.free ? "free" : taken) + ", for " + port.use);
  }
}

void machine_lines(const Machine& machine, std::string& out) {
  line(out, "system", machine.distribution + ", Linux " + machine.kernel);
  line(out, "CPU",
       machine.cpu + ", " + std::to_string(machine.cores) + " cores" + (machine.avx2 ? ", AVX2" : ", no AVX2") +
           (machine.carry_less_multiply ? "" : ", no carry-less multiplication"));
  line(out, "memory",
       gigabytes(machine.memory_bytes) + ", " + gigabytes(machine.memory_available_bytes) + " free for work");
  line(out, "disk", gigabytes(machine.disk_free_bytes) + " free here");
  line(out, "/dev/shm",
       machine.shm_present ? gigabytes(machine.shm_bytes) + ", " + gigabytes(machine.shm_free_bytes) + " free"
                           : "missing");
  line(out, "limits",
       std::to_string(machine.open_files_max) + " open files, backlog " + std::to_string(machine.socket_backlog_max) +
           ", send buffer " + std::to_string(machine.send_buffer_max_bytes / 1024) + " KiB");
  if (machine.gpus.empty()) line(out, "GPU", "none that the kernel knows of");
  for (const std::string& gpu : machine.gpus) line(out, "GPU", gpu);
}

void machine_json(const Machine& machine, JsonWriter& json) {
  json.member("system", machine.distribution);
  json.member("kernel", machine.kernel);
  json.member("cpu", machine.cpu);
  json.member("cores", machine.cores);
  json.member("avx2", machine.avx2);
  json.member("carry_less_multiply", machine.carry_less_multiply);
  json.member("memory_bytes", machine.memory_bytes);
  json.member("memory_available_bytes", machine.memory_available_bytes);
  json.member("disk_free_bytes", machine.disk_free_bytes);
  json.member("shm_bytes", machine.shm_bytes);
  json.member("shm_free_bytes", machine.shm_free_bytes);
  json.member("open_files_max", machine.open_files_max);
  json.member("socket_backlog_max", machine.socket_backlog_max);
  json.member("send_buffer_max_bytes", machine.send_buffer_max_bytes);
  json.key("gpus");
  json.begin_array();
  for (const std::string& gpu : machine.gpus) json.value(gpu);
  json.end_array();
}

void trials_json(const Diagnosis& diagnosis, JsonWriter& json) {
  json.key("renderer");
  json.begin_object();
  json.member("works", diagnosis.renderer.works);
  json.member("name", diagnosis.renderer.name);
  json.member("software", diagnosis.renderer.software);
  json.member("why_not", diagnosis.renderer.why_not);
  json.end_object();
  json.key("encoders");
  json.begin_array();
  for (const EncoderTrial& encoder : diagnosis.encoders) {
    json.begin_object();
    json.member("name", encoder.name);
    json.member("codec", encoder.codec);
    json.member("works", encoder.works);
    json.member("ms_per_frame", encoder.ms_per_frame);
    json.member("why_not", encoder.why_not);
    json.end_object();
  }
  json.end_array();
}

void ports_json(const Diagnosis& diagnosis, JsonWriter& json) {
  json.key("ports");
  json.begin_array();
  for (const PortFacts& port : diagnosis.ports) {
    json.begin_object();
    json.member("port", port.port);
    json.member("use", port.use);
    json.member("free", port.free);
    json.member("holder", port.holder);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string doctor_text(const Diagnosis& diagnosis) {
  std::string out;
  machine_lines(diagnosis.machine, out);
  const RendererTrial& renderer = diagnosis.renderer;
  line(out, "renderer",
       renderer.works ? renderer.name + (renderer.software ? ", in software" : "") : "no: " + renderer.why_not);
  encoder_lines(diagnosis, out);
  line(out, "nats-server", diagnosis.nats.empty() ? "missing" : diagnosis.nats);
  port_lines(diagnosis, out);
  out += "\n";
  for (const std::string& problem : diagnosis.problems) line(out, "problem", problem);
  out += diagnosis.problems.empty() ? "  A robot in the browser can run here: ./sdr up\n"
                                    : "  A robot in the browser cannot run here.\n";
  return out;
}

std::string doctor_json(const Diagnosis& diagnosis) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("ok", diagnosis.problems.empty());
  machine_json(diagnosis.machine, json);
  trials_json(diagnosis, json);
  json.member("nats", diagnosis.nats);
  ports_json(diagnosis, json);
  json.key("problems");
  json.begin_array();
  for (const std::string& problem : diagnosis.problems) json.value(problem);
  json.end_array();
  json.end_object();
  return out + "\n";
}

}  // namespace sdr::command
