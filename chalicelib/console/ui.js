// Small components for all views.
import { html, useCallback, useEffect, useId, useRef, useState } from "./html.js";
import { formatAgo, formatInstant, formatWhole } from "./format.js";

// Load data, again whenever one of `keys` changes; outdated responses are dropped.
export function useLoaded(load, keys) {
  const [state, setState] = useState({ busy: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ data: before.data, busy: true }));
    load(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, busy: false }),
      (error) => abort.signal.aborted || setState({ error, busy: false }),
    );
    return () => abort.abort();
  }, [...keys, turn]);
  return { ...state, reload: useCallback(() => setTurn((before) => before + 1), []) };
}

export const Notice = ({ kind = "info", title, children, retry }) => html`
  <div class="notice ${kind}" role=${kind === "bad" ? "alert" : "status"}>
    <div>${title && html`<strong>${title}</strong> `}${children}</div>
    ${retry && html`<button type="button" class="quiet" onClick=${retry}>Try again</button>`}
  </div>`;

export const Failure = ({ error, retry }) => html`<${Notice} kind="bad" retry=${retry}>${error.message}<//>`;

// A text of the API in which `code` is shown as such.
export const Words = ({ text }) => text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));

export const Busy = ({ children = "Loading…" }) => html`<p class="busy" role="status"><span class="spinner" aria-hidden="true"></span>${children}</p>`;

const STATUSES = { active: "good", deactivated: "off", killed: "bad", deleted: "bad", pending_delete: "bad" };

export const Status = ({ status }) => html`<span class="status ${STATUSES[status] ?? "wait"}">${status.replaceAll("_", " ")}</span>`;

export const Instant = ({ at, relative }) =>
  at ? html`<time datetime=${at} title=${formatWhole(at)}>${relative ? formatAgo(at) : formatInstant(at)}</time>` : "–";

// A button that copies a text, and confirms it.
export function Copy({ text, label = "Copy" }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setDone(true), () => setDone(false));
  return html`<button type="button" class="quiet small" onClick=${copy}><span aria-live="polite">${done ? "Copied" : label}</span></button>`;
}

// The heading of a view; it takes the focus, so that screen readers announce the new view.
export function Title({ text, children, detail }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = `${text} · Rosetta`;
    heading.current.focus({ preventScroll: true });
  }, [text]);
  return html`<header class="title"><div><h1 ref=${heading} tabindex="-1">${text}</h1>${detail}</div><div class="actions">${children}</div></header>`;
}

export const Field = ({ label, hint, id, children }) => html`
  <div class="field"><label for=${id}>${label}</label>${children}${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}</div>`;

export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2><p>${children}</p></div>`;

// A modal dialog; Escape closes it.
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onCancel=${(event) => { event.preventDefault(); onClose(); }}><h2 id=${id}>${title}</h2>${children}</dialog>`;
}
