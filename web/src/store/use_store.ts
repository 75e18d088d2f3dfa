// SPDX-License-Identifier: Apache-2.0

import { useEffect, useReducer, useRef } from "preact/hooks";
import type { Store } from "./store.ts";

/** The part of the store that `select` picks; the view is drawn again only when that part is another value. */
export function useStore<T extends object, P>(store: Store<T>, select: (state: Readonly<T>) => P): P {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const select_now = useRef(select);
  select_now.current = select;
  const part = select(store.get());
  const shown = useRef(part);
  shown.current = part;
  useEffect(() => {
    const check = () => {
      if (!Object.is(select_now.current(store.get()), shown.current)) redraw(undefined);
    };
    check();
    return store.subscribe(check);
  }, [store]);
  return part;
}
