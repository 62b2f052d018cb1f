// Preact's elements as template literals, and its hooks, for all views.
import { h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { render };
export { useCallback, useEffect, useId, useMemo, useRef, useState } from "./vendor/preact-hooks.js";
export const html = htm.bind(h);
