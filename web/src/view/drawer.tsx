// SPDX-License-Identifier: Apache-2.0
//
// The drawer on the right edge and the rail that opens it. A panel is one entry in kPanels; later work adds its own.

import type { ComponentType } from "preact";
import { useApp, useUi, type PanelName } from "./app_context.ts";
import { CameraPanel } from "./camera_panel.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { PlotsPanel } from "./plots_panel.tsx";
import { RobotPanel } from "./robot_panel.tsx";
import { StreamPanel } from "./stream_panel.tsx";

interface Panel {
  name: PanelName;
  title: string;
  icon: IconName;
  view: ComponentType;
}

const kPanels: readonly Panel[] = [
  { name: "robot", title: "Robot", icon: "robot", view: RobotPanel },
  { name: "camera", title: "Camera", icon: "camera", view: CameraPanel },
  { name: "stream", title: "Stream", icon: "stream", view: StreamPanel },
  { name: "plots", title: "Plots", icon: "plots", view: PlotsPanel },
];

export function Drawer() {
  const { ui } = useApp();
  const open = useUi((state) => state.drawer);
  const panel = kPanels.find(({ name }) => name === open);
  return (
    <>
      <nav class="plate rail" aria-label="Panels">
        {kPanels.map(({ name, title, icon }) => (
          <button
            key={name}
            type="button"
            class="rail-button"
            aria-label={title}
            title={title}
            aria-expanded={open === name}
            data-testid={`rail-${name}`}
            onClick={() => ui.set({ drawer: open === name ? null : name })}
          >
            <Icon name={icon} />
          </button>
        ))}
        <button
          type="button"
          class="rail-button"
          aria-label="Help"
          title="Help (H)"
          data-testid="rail-help"
          onClick={() => ui.set({ help: true })}
        >
          <Icon name="help" />
        </button>
      </nav>
      {panel && (
        <aside class="plate drawer" aria-label={panel.title} data-testid={`drawer-${panel.name}`}>
          <header>
            <h2>{panel.title}</h2>
            <button type="button" class="quiet-button" aria-label="Close panel" onClick={() => ui.set({ drawer: null })}>
              <Icon name="close" size={18} />
            </button>
          </header>
          <div class="drawer-body">
            <panel.view />
          </div>
        </aside>
      )}
    </>
  );
}
