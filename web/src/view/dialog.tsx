// SPDX-License-Identifier: Apache-2.0
//
// A dialog that does not lock the page: a modal one would put the E-STOP out of reach. It takes the focus when it opens
// and gives it back when it closes.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface DialogProps {
  label: string;
  look: string;
  onClose(): void;
  children: ComponentChildren;
}

export function Dialog({ label, look, onClose, children }: DialogProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    (box.current!.querySelector<HTMLElement>("[data-autofocus]") ?? box.current!).focus();
    return () => before?.focus?.();
  }, []);
  const closeOnKey = (event: KeyboardEvent) => {
    if (event.code === "Escape") onClose();
  };
  return (
    <div class="shade" onClick={(event) => event.target === event.currentTarget && onClose()}>
      <div ref={box} class={`plate dialog ${look}`} role="dialog" aria-label={label} data-testid={look} tabIndex={-1} onKeyDown={closeOnKey}>
        <div class="dialog-body">{children}</div>
      </div>
    </div>
  );
}
