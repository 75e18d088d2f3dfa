// SPDX-License-Identifier: Apache-2.0
//
// The picture: one canvas that the worker draws on, letterboxed by the style sheet. Dragging it (two fingers on a touch
// screen) turns the orbiting camera, the wheel brings it nearer.

import { useEffect, useRef } from "preact/hooks";
import type { State } from "../store/state.ts";
import { useApp, useServer } from "./app_context.ts";

/** Radians for a drag across one pixel: half a turn across a window of 1000. */
const kRadPerPixel = Math.PI / 1000;
const kZoomPerPixel = 0.001;

function pictureName({ video }: Readonly<State>): string {
  return video.drawn > 0 ? "Live video of the robot" : "No picture yet";
}

export function Stage() {
  const { session } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const name = useServer(pictureName);
  const seen = useServer(({ video }) => video.drawn > 0);
  const fresh = useServer(({ video }) => video.fresh);
  const orbit = useOrbit();
  const shown = useServer(({ rtc }) => rtc.shown);
  const coming = useServer(({ rtc }) => !rtc.both);
  useEffect(() => {
    session.rtc.attach(video.current!);
    session.start(canvas.current!);
  }, [session]);
  const look = seen ? (fresh ? "stage" : "stage old") : "stage empty";
  return (
    <div class={`${look} by-${shown}${coming ? " coming" : ""}`} {...orbit}>
      <video ref={video} muted playsInline disablePictureInPicture aria-hidden={shown !== "webrtc"} aria-label={name} data-testid="video" />
      <canvas ref={canvas} role="img" aria-label={name} data-testid="picture" width={1280} height={720} />
    </div>
  );
}

function useOrbit() {
  const { actions } = useApp();
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const needed = (event: PointerEvent) => (event.pointerType === "touch" ? 2 : 1);
  return {
    onPointerDown(event: PointerEvent) {
      (document.activeElement as HTMLElement | null)?.blur?.();
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent) {
      const before = pointers.current.get(event.pointerId);
      if (before === undefined) return;
      const count = pointers.current.size;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (count !== needed(event)) return;
      actions.orbit((-(event.clientX - before.x) * kRadPerPixel) / count, (-(event.clientY - before.y) * kRadPerPixel) / count);
    },
    onPointerUp: (event: PointerEvent) => void pointers.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent) => void pointers.current.delete(event.pointerId),
    onWheel: (event: WheelEvent) => actions.orbit(0, 0, Math.exp(-event.deltaY * kZoomPerPixel)),
  };
}
