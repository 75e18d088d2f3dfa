// SPDX-License-Identifier: Apache-2.0
//
// The icons, drawn on a 24-unit grid with one stroke width. They decorate: whatever holds one has a name of its own.

const kPaths = {
  robot: "M12 3.5v3M8 6.5h8a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3v-6a3 3 0 0 1 3-3ZM9.5 11.5v1.5M14.5 11.5v1.5M2.5 11v3M21.5 11v3M9 21.5h6",
  camera: "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3.5v9L15 13",
  stream: "M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM8 16a5.6 5.6 0 0 1 0-8M16 8a5.6 5.6 0 0 1 0 8M5 19A9.8 9.8 0 0 1 5 5M19 5a9.8 9.8 0 0 1 0 14",
  plots: "M4 4v14a2 2 0 0 0 2 2h14M8 15l3.5-4.5 3 2.5L20 6.5",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8M12 16.6v.1",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  close: "M6 6l12 12M18 6 6 18",
  pause: "M8.5 5v14M15.5 5v14",
  play: "M8 5.2v13.6L19 12 8 5.2Z",
  reset: "M4.5 12a7.5 7.5 0 1 0 2.2-5.3L4.5 9M4.5 4.5V9H9",
  warning: "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.1",
  stop: "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3L8.3 3ZM8.5 12h7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  hold: "M9 7v10M15 7v10",
  armed: "M5 12.5l4.5 4.5L19 7.5",
  gamepad: "M8 8h8a5 5 0 0 1 5 5v1.5a2.5 2.5 0 0 1-4.6 1.4L15 14H9l-1.4 1.9A2.5 2.5 0 0 1 3 14.5V13a5 5 0 0 1 5-5ZM8 10.5v2M7 11.5h2M16 11.5v.1",
  menu: "M4 7h16M4 12h16M4 17h16",
  wheel: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM12 3v6.5M4.5 17l5.2-3.4M19.5 17l-5.2-3.4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0",
  cursor: "M5 4l6 15 2.2-6.3L19.5 10 5 4Z",
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={kPaths[name]} />
    </svg>
  );
}
