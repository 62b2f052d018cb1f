// Deleted images that can still be restored.
import { html, useState } from "./html.js";
import { formatBytes } from "./format.js";
import { call } from "./session.js";
import { Busy, Empty, Failure, Instant, Notice, Title, useLoaded } from "./ui.js";
import { rightsOf } from "./rights.js";

const SHOWN = 100;
const DAYS = 30; // how far back to search

function query() {
  const since = new Date(Date.now() - DAYS * 24 * 60 * 60 * 1000).toISOString();
  return { "changes-since": since, status: "pending_delete", is_public: "None", sort_key: "updated_at", sort_dir: "desc", limit: SHOWN };
}

export default function Deleted({ session }) {
  const { data, error, busy, reload } = useLoaded(async (signal) => (await call("GET", "/v1/images/detail", { query: query(), signal })).document.images, []);
  const [refusal, setRefusal] = useState(null);
  const [restored, setRestored] = useState(null);
  const restore = (image) => call("POST", `/v1/images/${image.id}/restore`).then(() => { setRefusal(null); setRestored(image); reload(); }, setRefusal);
  const images = data?.filter((image) => rightsOf(session, image, image.status).delete);
  return html`
    <nav aria-label="Above"><a href="#/images">← Images</a></nav>
    <${Title} text="Deleted images" />
    <p class="lead">Images that were deleted in the last ${DAYS} days. They can be restored until their data is removed.</p>
    ${restored && html`<${Notice} kind="good">Restored: <a href="#/images/${restored.id}">${restored.name || restored.id}</a><//>`}
    ${(refusal ?? error) && html`<${Failure} error=${refusal ?? error} retry=${error && reload} />`}
    ${!data && busy && html`<${Busy} />`}
    ${images?.length === 0 && html`<${Empty} title="Nothing to restore">Deleted images can be restored only if the registry delays deletions.<//>`}
    ${images?.length > 0 && html`<${Table} images=${images} busy=${busy} onRestore=${restore} />`}
    ${data?.length === SHOWN && html`<p class="count">The ${SHOWN} latest</p>`}`;
}

const Table = ({ images, busy, onRestore }) => html`
  <div class="scroll listed" tabindex="0" role="region" aria-label="List of deleted images"><table class="cards" aria-busy=${busy}>
    <thead><tr><th scope="col">Name</th><th scope="col" class="number">Size</th><th scope="col">Owner</th><th scope="col">Deleted</th><th scope="col">Id</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
    <tbody>${images.map((image) => html`
      <tr key=${image.id}><th scope="row">${image.name || html`<i>Unnamed</i>`}</th>
        <td class="number" data-label="Size">${formatBytes(image.size)}</td>
        <td data-label="Owner">${image.owner ?? "–"}</td>
        <td data-label="Deleted"><${Instant} at=${image.updated_at} relative /></td>
        <td data-label="Id"><code>${image.id}</code></td>
        <td class="number"><button type="button" class="small" disabled=${busy} aria-label=${`Restore ${image.name || image.id}`} onClick=${() => onRestore(image)}>Restore</button></td></tr>`)}
    </tbody></table></div>`;
