// SPDX-License-Identifier: Apache-2.0

import { useApp, useServer } from "./app_context.ts";
import { Plot } from "./plot.tsx";

export function PlotsPanel() {
  const { traces } = useApp().session;
  const joints = useServer((state) => state.joints?.name.join() ?? "");
  return (
    <div class="plots">
      <Plot trace={traces.velocity} title="Velocity, measured" unit="m/s, rad/s" />
      <Plot trace={traces.commanded} title="Velocity, commanded" unit="m/s, rad/s" />
      {joints !== "" && <Plot key={joints} trace={traces.joints} title="Joints" unit="rad, m" />}
      <Plot trace={traces.rotation} title="IMU, turning" unit="rad/s" />
      <Plot trace={traces.acceleration} title="IMU, acceleration" unit="m/s²" />
    </div>
  );
}
