// SPDX-License-Identifier: Apache-2.0
//
// The real thing, as `sdr up` starts it, for one test: NATS, simulator and transport as processes of their own, on
// ports that the system picks, with a run folder that goes away afterwards. Each can be killed, frozen and started again.

import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { get as getByHttps } from "node:https";
import { createServer } from "node:net";
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin_dir = process.env.SDR_BIN_DIR ?? join(root, "build/release/bin");
const chromium = process.env.SDR_CHROMIUM ?? "/usr/bin/chromium";

function onPath(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/bin"];
  return folders.map((folder) => join(folder, name)).find(existsSync);
}

/**
 * The simulator's flags for tests of behaviour: a small picture, drawn half as often, leaves a machine that is slow or busy
 * with other work time for the page. Pictures that are kept to be looked at are of the usual size.
 */
export const kRover = ["--robot", "rover"].concat(
  process.env.SDR_SHOTS ? [] : ["--width", "320", "--height", "180", "--fps", "30"],
);

/** Why these tests cannot run on this machine, or false: what node's test runner takes as `skip`. */
export function missing(...more_programs) {
  const needed = [join(bin_dir, "sdr-sim"), join(bin_dir, "sdr-transport"), chromium, join(root, "web/dist/index.html")];
  const absent = needed.filter((path) => !existsSync(path));
  absent.push(...["nats-server", ...more_programs].filter((name) => onPath(name) === undefined));
  return absent.length > 0 && `missing: ${absent.join(", ")}`;
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
    })),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function freeUdpPort() {
  const socket = createSocket("udp4");
  await new Promise((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

export class Stack {
  folder_ = mkdtempSync(join(tmpdir(), "sdr-browser-"));
  shm_ = mkdtempSync("/dev/shm/sdr-browser-");
  web_root_ = join(root, "web/dist");
  children_ = new Map();

  transport_args_ = [];
  /** 0: any. */
  udp_ = 0;

  /**
   * Starts all of it; returns when the transport has pictures. `sim_args` are the simulator's further flags,
   * `worker_prefix` is what the page's worker begins with, `tokens` are lines of the transport's token file. With
   * `https_name` the page is at https://NAME, whose certificate nobody vouches for and which no name server knows;
   * `webrtc` false: all goes over the WebSocket; `relay`: WebRTC goes through it alone.
   */
  static async start(sim_args = [], { worker_prefix = "", tokens = "", https_name = "", webrtc = true, relay = null } = {}) {
    const stack = new Stack();
    if (!webrtc) stack.transport_args_ = ["--webrtc=false"];
    if (tokens !== "") stack.askForTokens(tokens);
    const prefix = worker_prefix + (relay?.workerPrefix ?? "");
    if (prefix !== "") stack.prefixWorker(prefix);
    if (relay !== null) await stack.goThrough(relay);
    [stack.nats_, stack.http_, stack.metrics_, stack.sim_metrics_] = await freePorts(4);
    stack.sim_args_ = sim_args;
    stack.url = `http://127.0.0.1:${stack.http_}/`;
    if (https_name !== "") stack.serveByHttps(https_name);
    // Also where a test ends before it could stop it.
    process.once("exit", () => stack.killAll());
    try {
      for (const name of ["nats", "sim", "transport"]) stack.start(name);
      await stack.healthy();
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  start(name) {
    const [program, ...args] = this.commandOf(name);
    const log = openSync(join(this.folder_, `${name}.log`), "a");
    const env = {
      ...(cpus().length <= 2 && { GOMAXPROCS: "1" }), // as `sdr up` starts NATS
      ...process.env,
      SDR_NATS_URL: `nats://127.0.0.1:${this.nats_}`,
      SDR_SHM_PATH: join(this.shm_, "frames"),
      SDR_RUN_DIR: this.folder_,
      SDR_LISTEN_ADDR: `127.0.0.1:${this.http_}`,
      SDR_UDP_ADDR: `127.0.0.1:${this.udp_}`,
    };
    this.children_.set(name, spawn(program, args, { cwd: root, env, stdio: ["ignore", log, log] }));
  }

  commandOf(name) {
    if (name === "nats") {
      const config = join(this.folder_, "nats.conf");
      writeFileSync(config, `listen: "127.0.0.1:${this.nats_}"\njetstream { store_dir: "${this.folder_}/nats", max_file: 64MB }\n`);
      return [onPath("nats-server"), "--config", config];
    }
    if (name === "sim") {
      return [join(bin_dir, "sdr-sim"), "--listen", `127.0.0.1:${this.sim_metrics_}`, ...this.sim_args_];
    }
    return [join(bin_dir, "sdr-transport"), "--metrics-addr", `127.0.0.1:${this.metrics_}`, "--web-root", this.web_root_, ...this.transport_args_];
  }

  /** From the transport's next start on, it serves a page whose worker begins with `script`. */
  prefixWorker(script) {
    this.web_root_ = join(this.folder_, "web");
    cpSync(join(root, "web/dist"), this.web_root_, { recursive: true });
    const worker = join(this.web_root_, "worker.js");
    writeFileSync(worker, script + readFileSync(worker, "utf8"));
  }

  askForTokens(lines) {
    const path = join(this.folder_, "tokens");
    writeFileSync(path, lines, { mode: 0o600 });
    this.transport_args_.push("--access-tokens-file", path);
  }

  serveByHttps(name) {
    const [certificate, key] = ["cert.pem", "key.pem"].map((file) => join(this.folder_, file));
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const of = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`, "-out", certificate, "-keyout", key];
    execFileSync(onPath("openssl"), [...request, ...of], { stdio: "pipe" });
    this.url = `https://${name}:${this.http_}/`;
    this.transport_args_.push("--tls-cert", certificate, "--tls-key", key, "--origins", new URL(this.url).origin);
  }

  async goThrough(relay) {
    this.udp_ = await freeUdpPort();
    this.transport_args_.push("--udp-announce", `127.0.0.1:${relay.port}`);
    relay.leadTo(this.udp_);
  }

  signal(name, signal) {
    this.children_.get(name).kill(signal);
  }

  /** kill -9, and waits until it is gone. */
  async kill(name) {
    const child = this.children_.get(name);
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    }
  }

  async health() {
    try {
      const text = this.url.startsWith("https:") ? await this.getUnverified("health") : await (await fetch(`${this.url}health`)).text();
      return JSON.parse(text).status;
    } catch {
      return "no answer";
    }
  }

  /** What the server at 127.0.0.1 answers, whoever vouches for it. */
  getUnverified(path) {
    const { host } = new URL(this.url);
    const options = { host: "127.0.0.1", port: this.http_, path: `/${path}`, headers: { host }, rejectUnauthorized: false };
    return new Promise((resolve, reject) => {
      const request = getByHttps(options, async (answer) => {
        let text = "";
        for await (const chunk of answer.setEncoding("utf8")) text += chunk;
        resolve(text);
      });
      request.on("error", reject);
    });
  }

  async healthy() {
    try {
      await until("the stack is healthy", async () => {
        for (const [name, { exitCode }] of this.children_) if (exitCode !== null) throw new Error(`${name} gave up`);
        return (await this.health()) === "ok";
      });
    } catch (error) {
      throw new Error(`${error.message}\n${this.logs()}`);
    }
  }

  logs() {
    const tail = (name) => readFileSync(join(this.folder_, `${name}.log`), "utf8").split("\n").slice(-12).join("\n");
    return [...this.children_.keys()].map((name) => `--- ${name}\n${tail(name)}`).join("\n");
  }

  killAll() {
    for (const child of this.children_.values()) child.kill("SIGKILL");
  }

  async stop() {
    for (const name of [...this.children_.keys()].reverse()) await this.kill(name);
    rmSync(this.folder_, { recursive: true, force: true });
    rmSync(this.shm_, { recursive: true, force: true });
  }
}
