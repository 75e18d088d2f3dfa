// SPDX-License-Identifier: Apache-2.0
//
// What is wrong, in words, and what to do about it: at most one thing, the first that matters. Pure, so that every
// sentence has a test. Where there is no picture to hide it is said in the very middle; over a live picture right above
// or below it, so that the robot stays in sight. Here what concerns the picture; trouble_robot.ts has the rest.

import type { Codec } from "./generated/schema.ts";
import { otherCodec } from "./codecs.ts";
import type { State } from "./store/state.ts";
import { kRobotRules } from "./trouble_robot.ts";
import type { Rule, Surroundings, Trouble } from "./trouble_rule.ts";

/** In order of weight: the first that applies is said. */
const kRules: readonly Rule[] = [denied, link, decoder, noPicture, ...kRobotRules];

export function troubleOf(state: Readonly<State>, around: Surroundings): Trouble | null {
  for (const rule of kRules) {
    const trouble = rule(state, around);
    if (trouble !== null) return trouble;
  }
  return null;
}

function denied({ link }: Readonly<State>): Trouble | null {
  if (link.phase !== "denied") return null;
  const card = { id: "denied", tone: "warning", place: "middle", actions: ["sign_in"] } as const;
  switch (link.denial) {
    case "token_needed":
      return { ...card, id: "token_needed", tone: "plain", title: "Sign in", text: "This robot asks for an access token. Whoever runs it has one for you." };
    case "token_unknown":
      return { ...card, id: "token_unknown", title: "This token is not known", text: "It may be mistyped, or was taken back. Try another." };
    case "too_many":
      return { ...card, id: "token_wait", title: "Too many wrong tokens", text: "Too many came from here lately. Check this one, wait a minute, then try again." };
    default:
      return { ...card, title: "Not allowed", text: link.reason === "" ? "The server let this page go." : `The server said: ${link.reason}.`, actions: ["retry"] };
  }
}

function link({ link, video }: Readonly<State>): Trouble | null {
  if (link.phase === "open") return null;
  if (video.drawn === 0 && link.tries <= 2) {
    const text = "Waiting for the robot's server to answer.";
    return { id: "connecting", tone: "busy", title: "Connecting", text, place: "middle", actions: [] };
  }
  const text = "The robot stops by itself. Trying again until the server answers.";
  return { id: "lost", tone: "warning", title: "Connection lost", text, place: "middle", actions: ["retry"] };
}

function decoder({ decoder, decodable, frame_stats, link }: Readonly<State>, { secure }: Surroundings): Trouble | null {
  if (decoder.phase === "ok") return null;
  const other = otherCodec(decodable, frame_stats?.codecs, frame_stats?.codec);
  const may_change = other !== null && link.role !== "viewer";
  return {
    id: "no_decoder",
    tone: "warning",
    title: "This browser cannot show the video",
    text: `${undecodable(decoder.codec, secure)} ${remedy(other, may_change)}`,
    place: "middle",
    actions: may_change ? [`use_${other}`] : [],
  };
}

function undecodable(codec: string | null, secure: boolean): string {
  if (codec !== null) return `It does not decode ${codec}.`;
  if (secure) return "It has no WebCodecs. A current Chrome, Edge, Firefox or Safari has.";
  return "Video needs a secure page: open it over https, or as localhost.";
}

function remedy(other: Codec | null, may_change: boolean): string {
  if (other === null) return "The server offers nothing else that it could show.";
  if (!may_change) return "Whoever drives can choose another codec.";
  if (other === "jpeg") return "JPEG pictures work everywhere, at a higher bitrate, for everyone who watches.";
  return "Another codec works here, and then for everyone who watches.";
}

function noPicture({ video, health, robot_silent, drive }: Readonly<State>): Trouble | null {
  if (video.fresh) return null;
  const middle = { tone: "warning", place: "middle", actions: [] } as const;
  if (health?.status === "waiting") {
    const text = "The server runs, but no simulator or robot has sent a picture yet. It appears here as soon as one does.";
    return { id: "waiting", ...middle, tone: "busy", title: "Waiting for a picture", text };
  }
  if (health?.status === "stuck") {
    return { id: "stuck", ...middle, title: "The server is stuck", text: "It answers, but does not move on. Restart it." };
  }
  const zero = drive.cut_by === "video" ? "The robot was sent a zero and nothing since. " : "";
  if (health?.status === "stalled" || robot_silent) {
    const text = `${zero}The simulator has stopped sending. Driving is off; the picture comes back by itself when it runs again.`;
    return { id: "stalled", ...middle, title: "The simulator stalled", text };
  }
  if (video.drawn === 0) {
    return { id: "first_picture", ...middle, tone: "busy", title: "Connected", text: "Waiting for the first picture." };
  }
  const text = `${zero}No new picture has come for half a second. Driving is off until it is live again.`;
  return { id: "late", ...middle, title: "The picture is late", text };
}
