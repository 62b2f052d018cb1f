// The history of an image, oldest first.
import { html, useState } from "./html.js";
import { call } from "./session.js";
import { Busy, Failure, Instant, Words, useLoaded } from "./ui.js";

const PAGE = 100;
const WORDS = {
  created: "registered it", changed: "changed it", published: "published it", withdrawn: "withdrew it from the public", shared: "shared it", unshared: "stopped sharing it",
  uploaded: "uploaded its data", killed: "killed it", failed: "failed to upload its data", allowed: "allowed it", deactivated: "deactivated it", reactivated: "reactivated it", deprecated: "deprecated it",
  staged: "staged its data", inspected: "inspected its data", deleted: "deleted it", restored: "restored it", purged: "purged it",
};

export function History({ image }) {
  const [after, setAfter] = useState([""]);
  const load = (signal) => Promise.all(after.map((marker) => call("GET", `/v1/images/${image.id}/events`, { query: { limit: PAGE, marker }, signal })));
  const { data, error, busy, reload } = useLoaded(load, [image.id, after.length]);
  if (error) return html`<${Failure} error=${error} retry=${reload} />`;
  if (!data) return html`<${Busy} />`;
  const events = data.flatMap(({ document }) => document.events);
  const more = data.at(-1).document.next;
  return html`
    <ol class="history card">${events.map((event) => html`<${Event} key=${event.version} event=${event} />`)}</ol>
    ${more && html`<p><button type="button" disabled=${busy} onClick=${() => setAfter([...after, events.at(-1).version])}>Show more</button></p>`}`;
}

const Event = ({ event }) => html`
  <li><p><b>${event.user ?? "Somebody"}</b>${event.tenant && html` <span class="chip">${event.tenant}</span>`} ${WORDS[event.event] ?? event.event}${event.members && html`: ${event.members.join(", ")}`}${event.removed_members && html`: ${event.removed_members.join(", ")}`}</p>
    ${event.fields?.length > 0 && event.event === "changed" && html`<p class="hint">${event.fields.join(", ")}</p>`}
    ${event.reason && html`<p class="hint"><${Words} text=${event.reason} /></p>`}
    <p class="hint"><${Instant} at=${event.at} />${event.dialect && ` · through ${event.dialect.replace("_", " ")}`}${event.token && html` · token <code>${event.token}</code>`}</p></li>`;
