// SPDX-License-Identifier: Apache-2.0
//
// Two pads for thumbs, on screens that are touched: the left one moves, the right one turns (and lifts, where the robot
// can). They write where they stand and nothing else; what becomes of it is the driver's.

import { useEffect, useRef, useState } from "preact/hooks";
import { kNeutral } from "../drive/shaping.ts";
import { useApp, useServer } from "./app_context.ts";
import { currentLimits, DialFace } from "./dial.tsx";

interface PadProps {
  name: string;
  testid: string;
  /** x right, y down, both -1 to 1. */
  onMove(x: number, y: number): void;
  children?: preact.ComponentChildren;
}

function Pad({ name, testid, onMove, children }: PadProps) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const owner = useRef<number | null>(null);
  const move = (event: PointerEvent) => {
    if (owner.current !== event.pointerId) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 - 1;
    const y = ((event.clientY - box.top) / box.height) * 2 - 1;
    const beyond = Math.max(1, Math.hypot(x, y));
    setAt({ x: x / beyond, y: y / beyond });
    onMove(x / beyond, y / beyond);
  };
  const letGo = () => {
    owner.current = null;
    setAt(null);
    onMove(0, 0);
  };
  const end = (event: PointerEvent) => {
    if (owner.current === event.pointerId) letGo();
  };
  // A thumb that lay on the pad while the page was not in front has to come down anew.
  useEffect(() => {
    addEventListener("blur", letGo);
    document.addEventListener("visibilitychange", letGo);
    return () => {
      removeEventListener("blur", letGo);
      document.removeEventListener("visibilitychange", letGo);
      letGo();
    };
  }, []);
  const begin = (event: PointerEvent) => {
    if (owner.current !== null) return;
    owner.current = event.pointerId;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    move(event);
  };
  const place = at ?? { x: 0, y: 0 };
  return (
    <div
      class={at ? "pad held" : "pad"}
      role="group"
      aria-label={name}
      data-testid={testid}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
    >
      {children}
      <span class="thumb" style={{ transform: `translate(${place.x * 50}px, ${place.y * 50}px)` }} />
    </div>
  );
}

export function TouchSticks() {
  const { driver } = useApp();
  const limits = useServer(currentLimits);
  const commanded = useServer((state) => state.velocity?.commanded ?? null);
  const measured = useServer((state) => state.odometry?.twist.twist ?? null);
  const lifts = (limits?.linear.z ?? 0) > 0;
  const set = (change: Partial<typeof kNeutral>) => void (driver.touch = { ...driver.touch, ...change });
  return (
    <div class="sticks">
      <Pad name="Move" testid="pad-move" onMove={(x, y) => set({ forward: -y || 0, left: -x || 0 })}>
        <DialFace limits={limits} commanded={commanded} measured={measured} />
      </Pad>
      <Pad name="Turn" testid="pad-turn" onMove={(x, y) => set({ turn: -x || 0, up: lifts ? -y || 0 : 0 })}>
        <svg class="dial-face" viewBox="-64 -64 128 128" aria-hidden="true">
          <circle class="dial-disc" r="62" />
          <path class="turn-mark" d="M-40 -8a41 41 0 0 1 22 -28M-40 -8l-3 -12M-40 -8l11 -6M40 -8a41 41 0 0 0 -22 -28M40 -8l3 -12M40 -8l-11 -6" />
          <circle class="dial-hub" r="3.5" />
        </svg>
      </Pad>
    </div>
  );
}
