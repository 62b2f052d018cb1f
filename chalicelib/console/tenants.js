// For administrators: the health of the deployment, and the usage of tenants that own images.
import { html, useEffect, useId, useState } from "./html.js";
import { send } from "./api.js";
import { formatBytes, formatCount } from "./format.js";
import { call } from "./session.js";
import { Busy, Empty, Failure, Field, Title, useLoaded } from "./ui.js";

const READ = 200; // images per request, to find owners
const SHOWN = 20; // tenants whose usage is requested at a time

export default function Tenants({ query, session }) {
  if (!session.admin) return html`<${Title} text="Tenants" /><${Empty} title="For administrators">Your token can only see its own tenant: <a href="#/usage">usage</a>.<//>`;
  return html`<${Title} text="Tenants" /><${Health} /><${Find} /><${Found} key=${query.tenant} tenant=${query.tenant} />`;
}

// The answers of `/healthz` and `/readyz`; an error status is a result, not a failure.
async function health(signal) {
  const [alive, ready] = await Promise.all(["/healthz", "/readyz"].map((path) => send("GET", path, { signal })));
  const { status, ...faults } = await ready.json();
  return { service: alive.ok ? "" : "failing", tables: faults.tables ?? "", bucket: faults.bucket ?? "" };
}

function Health() {
  const { data, error, busy, reload } = useLoaded(health, []);
  const id = useId();
  return html`
    <section class="card facts single" aria-labelledby=${id} aria-busy=${busy}>
      <header class="title"><h2 id=${id}>Health of the deployment</h2><button type="button" class="small" disabled=${busy} onClick=${reload}>Check again</button></header>
      ${error && html`<${Failure} error=${error} />`}
      ${data && html`<div role="status"><dl><${Part} name="Service" fault=${data.service} /><${Part} name="Tables" fault=${data.tables} /><${Part} name="Bucket" fault=${data.bucket} /></dl></div>`}
    </section>`;
}

const Part = ({ name, fault }) => html`<div><dt>${name}</dt><dd><span class="status ${fault ? "bad" : "good"}">${fault || "answers"}</span></dd></div>`;

function Find() {
  const id = useId();
  const submit = (event) => { event.preventDefault(); location.hash = `#/tenants?${new URLSearchParams(new FormData(event.target))}`; };
  return html`
    <form class="inline" onSubmit=${submit}>
      <${Field} label="Tenant" id=${id}><input id=${id} name="tenant" required spellcheck=${false} autocomplete="off" /><//><button>Show</button></form>`;
}

// The given tenant, or else the owners of the latest images; older ones on request.
function Found({ tenant }) {
  const [marker, setMarker] = useState("");
  const [seen, setSeen] = useState({ owners: tenant ? [tenant] : [], images: 0 });
  const [shown, setShown] = useState(SHOWN);
  const { data, error, busy, reload } = useLoaded((signal) => (tenant ? Promise.resolve(null) : owners(marker, signal)), [marker]);
  useEffect(() => {
    if (data) setSeen((before) => ({ owners: [...new Set([...before.owners, ...data.owners])], images: before.images + data.images }));
  }, [data]);
  return html`
    ${tenant ? html`<p class="count"><a href="#/tenants">All tenants that own images</a></p>` : html`
      <p class="count" role="status">Owners of the ${formatCount(seen.images)} latest images: ${formatCount(seen.owners.length)}</p>`}
    ${seen.owners.length > 0 && html`<${Table} tenants=${seen.owners.slice(0, shown)} />`}
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${busy && html`<${Busy} />`}
    ${!busy && html`<p class="row">
      ${seen.owners.length > shown && html`<button type="button" onClick=${() => setShown(shown + SHOWN)}>Show more tenants</button>`}
      ${data?.next && html`<button type="button" onClick=${() => setMarker(data.next)}>Look at older images</button>`}</p>`}`;
}

async function owners(marker, signal) {
  const { document } = await call("GET", "/v2/images", { query: { visibility: "all", sort: "created_at:desc", limit: READ, marker }, signal });
  const next = document.next && new URLSearchParams(document.next.split("?")[1]).get("marker");
  return { owners: document.images.map(({ owner }) => owner).filter(Boolean), images: document.images.length, next };
}

const Table = ({ tenants }) => html`
  <div class="scroll listed" tabindex="0" role="region" aria-label="List of tenants"><table class="cards">
    <thead><tr><th scope="col">Tenant</th><th scope="col" class="number">Images</th><th scope="col" class="number">Public</th><th scope="col" class="number">Shared with it</th><th scope="col" class="number">Bytes</th><th scope="col"><span class="unseen">More</span></th></tr></thead>
    <tbody>${tenants.map((tenant) => html`<${Row} key=${tenant} tenant=${tenant} />`)}</tbody>
  </table></div>`;

function Row({ tenant }) {
  const { data, error, busy } = useLoaded(async (signal) => (await call("GET", "/v1/usage", { query: { tenant }, signal })).document.usage, [tenant]);
  const show = (value, most, format) => (data ? `${format(value(data))}${most(data) === null ? "" : ` of ${format(most(data))}`}` : error ? "?" : "…");
  const none = () => null;
  return html`
    <tr aria-busy=${busy}><th scope="row"><a href="#/usage?${new URLSearchParams({ tenant })}">${tenant}</a>${error && html`<p class="hint">${error.message}</p>`}</th>
      <td class="number" data-label="Images">${show((usage) => usage.images, none, formatCount)}</td>
      <td class="number" data-label="Public">${show((usage) => usage.public_images, none, formatCount)}</td>
      <td class="number" data-label="Shared with it">${show((usage) => usage.shared_images, (usage) => usage.shared_images_allowed, formatCount)}</td>
      <td class="number" data-label="Bytes">${show((usage) => usage.bytes, (usage) => usage.bytes_allowed, formatBytes)}</td>
      <td><a href="#/images?${new URLSearchParams({ owner: tenant, visibility: "all" })}" aria-label=${`Images of ${tenant}`}>Images</a></td></tr>`;
}
