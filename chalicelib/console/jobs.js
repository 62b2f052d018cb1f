// Background jobs of the caller's tenant. Polled while the tab is visible, less often if nothing changes.
import { html, useEffect, useState } from "./html.js";
import { formatBytes } from "./format.js";
import { call } from "./session.js";
import { Busy, Copy, Empty, Failure, Instant, Title, Words } from "./ui.js";

const SHOWN = 100;
const OFTEN = 1000;
const SELDOM = 30_000;
const ACTIONS = { capture: "Capture of a machine", modify: "Change", delete: "Deletion", recover: "Restoration", upload: "Upload", copy: "Copy" };
const KINDS = { successful: "good", failed: "bad" };

// Poll `load`; start over when one of `keys` changes.
function usePolled(load, keys) {
  const [state, setState] = useState({});
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    let pause = OFTEN;
    let last = "";
    const ask = async () => {
      clearTimeout(timer);
      try {
        const data = await load(abort.signal);
        const text = JSON.stringify(data);
        pause = text === last ? Math.min(SELDOM, pause * 1.5) : OFTEN;
        last = text;
        setState({ data });
      } catch (error) {
        if (abort.signal.aborted) return;
        pause = Math.min(SELDOM, pause * 2);
        setState((before) => ({ ...before, error }));
      }
      clearTimeout(timer);
      if (!document.hidden && !abort.signal.aborted) timer = setTimeout(ask, pause);
    };
    const look = () => { if (document.hidden) clearTimeout(timer); else { pause = OFTEN; ask(); } };
    document.addEventListener("visibilitychange", look);
    ask();
    return () => { abort.abort(); clearTimeout(timer); document.removeEventListener("visibilitychange", look); };
  }, keys);
  return state;
}

export default function Jobs({ rest: [id] }) {
  return id ? html`<${Job} id=${id} />` : html`<${List} />`;
}

function List() {
  const { data, error } = usePolled(async (signal) => (await call("GET", "/v1/jobs", { query: { limit: SHOWN }, signal })).document.jobs, []);
  return html`
    <${Title} text="Jobs" />
    ${error && html`<${Failure} error=${error} />`}
    ${!data && !error && html`<${Busy} />`}
    ${data?.length === 0 && html`<${Empty} title="No jobs yet">Uploads in parts, copies and captures of machines appear here.<//>`}
    ${data?.length > 0 && html`
      <div class="scroll listed" tabindex="0" role="region" aria-label="List of jobs"><table class="cards">
        <thead><tr>${["Job", "Status", "Done", "Image", "Ordered", "Finished"].map((label) => html`<th scope="col" key=${label}>${label}</th>`)}</tr></thead>
        <tbody>${data.map((job) => html`<${Row} key=${job.id} job=${job} />`)}</tbody>
      </table></div>
      ${data.length === SHOWN && html`<p class="count">The ${SHOWN} latest</p>`}`}`;
}

const Row = ({ job }) => html`
  <tr><th scope="row"><a href="#/jobs/${job.id}">${ACTIONS[job.action] ?? job.action}</a>${job.reason && html`<p class="hint"><${Words} text=${job.reason} /></p>`}</th>
    <td data-label="Status"><${JobStatus} job=${job} /></td>
    <td data-label="Done">${doneOf(job)}</td>
    <td data-label="Image">${job.images.length ? html`<${Images} job=${job} />` : "–"}</td>
    <td data-label="Ordered"><${Instant} at=${job.created_at} relative /></td>
    <td data-label="Finished"><${Instant} at=${job.finished_at} relative /></td></tr>`;

const JobStatus = ({ job }) => html`<span class="status ${KINDS[job.status] ?? "wait"}">${job.status}</span>`;
const Images = ({ job }) => job.images.map((image) => html`<a key=${image} href="#/images/${image}"><code>${image}</code></a> `);

function doneOf({ status, done, size }) {
  if (status === "failed") return "–";
  if (size === null) return done ? formatBytes(done) : "–";
  return status === "successful" ? formatBytes(size) : `${formatBytes(done ?? 0)} of ${formatBytes(size)}`;
}

function Job({ id }) {
  const { data: job, error } = usePolled(async (signal) => (await call("GET", `/v1/jobs/${id}`, { signal })).document.job, [id]);
  if (error && !job) return html`<${Title} text="Job" /><${Failure} error=${error} />`;
  if (!job) return html`<${Busy} />`;
  const facts = [
    ["Status", html`<${JobStatus} job=${job} />`], ["Reason", job.reason && html`<${Words} text=${job.reason} />`], ["Images", job.images.length > 0 && html`<${Images} job=${job} />`], ["Bytes", job.size !== null && (job.status === "failed" ? formatBytes(job.size) : doneOf(job))],
    ["Ordered", html`<${Instant} at=${job.created_at} />`], ["Begun", job.began_at && html`<${Instant} at=${job.began_at} />`], ["Finished", job.finished_at && html`<${Instant} at=${job.finished_at} />`],
  ];
  return html`
    <nav aria-label="Above"><a href="#/jobs">← Jobs</a></nav>
    <${Title} text=${ACTIONS[job.action] ?? job.action} detail=${html`<p class="summary"><code>${job.id}</code><${Copy} text=${job.id} label="Copy id" /></p>`} />
    ${error && html`<${Failure} error=${error} />`}
    ${!job.finished_at && job.size && html`<progress aria-label="Bytes done" value=${job.done ?? 0} max=${job.size}></progress>`}
    <section class="card facts single"><dl>${facts.filter(([, value]) => value).map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}
