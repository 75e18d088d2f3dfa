// SPDX-License-Identifier: Apache-2.0

import { useState } from "preact/hooks";
import type { RobotInfo } from "../generated/schema.ts";
import { useStore } from "../store/use_store.ts";
import { fixed } from "../words.ts";
import { useApp, useServer } from "./app_context.ts";
import { ControlSection } from "./control_section.tsx";
import { Facts, LockNote, Slider, Switch, useLock } from "./controls.tsx";
import { Icon } from "./icons.tsx";

export function RobotPanel() {
  const lock = useLock();
  const viewer = useServer((state) => state.link.role === "viewer");
  return (
    <>
      <LockNote reason={lock} />
      <Robots locked={lock !== null} />
      <ControlSection />
      <SimulatorControls locked={lock !== null} watches={viewer} />
      {!viewer && <Driving />}
    </>
  );
}

function Robots({ locked }: { locked: boolean }) {
  const { actions } = useApp();
  const robots = useServer((state) => state.robots);
  if (robots === null) return <p class="note">The robot side has not said which robots it has.</p>;
  const current = robots.robots.find((robot) => robot.name === robots.current);
  return (
    <section>
      <ul class="cards">
        {robots.robots.map((robot) => (
          <li key={robot.name}>
            <RobotCard robot={robot} chosen={robot.name === robots.current} locked={locked} onChoose={() => actions.loadRobot(robot.name)} />
          </li>
        ))}
      </ul>
      {current?.gripper && <Gripper locked={locked} />}
    </section>
  );
}

interface CardProps {
  robot: RobotInfo;
  chosen: boolean;
  locked: boolean;
  onChoose(): void;
}

function RobotCard({ robot, chosen, locked, onChoose }: CardProps) {
  return (
    <button
      type="button"
      class="card"
      aria-pressed={chosen}
      disabled={locked}
      data-testid={`robot-${robot.name}`}
      onClick={() => chosen || onChoose()}
    >
      <strong>{robot.title}</strong>
      <small>{robot.about}</small>
    </button>
  );
}

function Gripper({ locked }: { locked: boolean }) {
  const { actions } = useApp();
  const [position, setPosition] = useState(1);
  const choose = (value: number) => {
    setPosition(value);
    actions.gripper(value);
  };
  const words = position === 0 ? "closed" : position === 1 ? "open" : `${Math.round(position * 100)} %`;
  return <Slider label="Gripper, asked" value={position} low={0} high={1} step={0.05} words={words} disabled={locked} onChange={choose} />;
}

function SimulatorControls({ locked, watches }: { locked: boolean; watches: boolean }) {
  const physics = useServer((state) => state.physics);
  return (
    <section>
      <h3>Simulator</h3>
      {!watches && <SimulatorButtons locked={locked} />}
      {physics && (
        <Facts
          rows={[
            ["Real-time factor", fixed(physics.real_time_factor, 2)],
            ["Control step, p99", `${fixed(physics.step_us_p99 / 1000, 2)} ms`],
            ["Contacts", fixed(physics.contacts, 0)],
          ]}
        />
      )}
    </section>
  );
}

function SimulatorButtons({ locked }: { locked: boolean }) {
  const { actions, ui } = useApp();
  const paused = useServer((state) => state.safety?.paused === true);
  return (
    <div class="row">
      <button type="button" class="button quiet" disabled={locked} data-testid="pause" onClick={() => actions.togglePause()}>
        <Icon name={paused ? "play" : "pause"} size={16} /> {paused ? "Resume" : "Pause"} <kbd>P</kbd>
      </button>
      <button type="button" class="button quiet" disabled={locked} data-testid="reset" onClick={() => ui.set({ confirm: "reset" })}>
        <Icon name="reset" size={16} /> Reset <kbd>⌫</kbd>
      </button>
    </div>
  );
}

function Driving() {
  const { settings } = useApp();
  const { speed, curve, always_full, dead_man, share_gamepad } = useStore(settings, (state) => state);
  const gamepad = useServer((state) => state.drive.gamepad);
  return (
    <section>
      <h3>Driving, in this browser</h3>
      <p class="note with-icon">
        <Icon name="gamepad" size={18} /> {gamepad ?? "No gamepad. Press a button on one to connect it."}
      </p>
      <Slider
        label="Full speed"
        value={speed}
        low={0.1}
        high={1}
        step={0.05}
        words={`${Math.round(speed * 100)} %`}
        onChange={(value) => settings.set({ speed: value })}
      />
      <Slider
        label="Stick curve"
        value={curve}
        low={0}
        high={1}
        step={0.1}
        words={curve === 0 ? "straight" : `${Math.round(curve * 100)} % soft`}
        onChange={(value) => settings.set({ curve: value })}
      />
      <Switch
        label="Always full speed"
        about="Without Shift or the right trigger"
        on={always_full}
        onChange={(on) => settings.set({ always_full: on })}
      />
      <Switch
        label="Dead-man trigger"
        about="The gamepad drives only while its left trigger is held"
        on={dead_man}
        onChange={(on) => settings.set({ dead_man: on })}
      />
      <Switch
        label="Share the gamepad"
        about="Its sticks and buttons go to the bus as they are, while it drives"
        on={share_gamepad}
        onChange={(on) => settings.set({ share_gamepad: on })}
      />
    </section>
  );
}
