// The list of images: search, filters, order, columns, pages.
import { html, useEffect, useId, useState } from "./html.js";
import { formatBytes } from "./format.js";
import { call } from "./session.js";
import { Busy, Empty, Failure, Instant, Status, Title, useLoaded } from "./ui.js";

const PAGE = 50;
const COLUMNS = {
  name: { label: "Name", sort: "name", fixed: true },
  status: { label: "Status", sort: "status", show: (image) => html`<${Status} status=${image.status} />` },
  visibility: { label: "Visibility", show: (image) => image.visibility },
  disk_format: { label: "Format", sort: "disk_format", show: (image) => image.disk_format ?? "–" },
  size: { label: "Size", sort: "size", number: true, show: (image) => formatBytes(image.size) },
  architecture: { label: "Architecture", show: (image) => image.architecture ?? "–" },
  os_distro: { label: "System", show: (image) => image.os_distro ?? "–" },
  owner: { label: "Owner", show: (image) => image.owner ?? "–" },
  tags: { label: "Tags", show: (image) => image.tags.join(", ") || "–" },
  created_at: { label: "Created", sort: "created_at", show: (image) => html`<${Instant} at=${image.created_at} relative />` },
  updated_at: { label: "Changed", sort: "updated_at", show: (image) => html`<${Instant} at=${image.updated_at} relative />` },
  id: { label: "Id", sort: "id", show: (image) => html`<code>${image.id}</code>` },
};
const USUAL = ["name", "status", "visibility", "disk_format", "size", "architecture", "owner", "created_at"];
const FILTERS = { // what an operator has chosen of the formats is not asked for: it would take another request before the list is seen
  status: { label: "Status", any: "Any status", values: ["active", "queued", "saving", "uploading", "importing", "deactivated"] },
  visibility: { label: "Visibility", any: "In my lists", values: ["public", "private", "shared", "community", "all"] },
  disk_format: { label: "Format", any: "Any format", values: ["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ami", "aki", "ari", "ploop"] },
};
const DELETED = "deleted"; // they have their own page
const TYPED = { architecture: "Architecture", os_distro: "System", owner: "Owner" };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KEPT = "rosetta-columns";

// Parse the search box: an id, a property (`name=value`), or a part of a name.
export function parseSearch(text) {
  const [, property, value] = /^([\w.:-]+)=(.*)$/.exec(text) ?? [];
  if (UUID.test(text)) return { id: text.toLowerCase() };
  return property ? { [property]: value } : text ? { name: `contains:${text}` } : {};
}

// Convert the address's query to that of the list.
export function parseQuery({ search = "", sort = "created_at:desc", marker, ...filters }) {
  const known = Object.keys(filters).filter((name) => name in FILTERS || name in TYPED);
  return { ...Object.fromEntries(known.map((name) => [name, filters[name]])), ...parseSearch(search.trim()), sort, marker, limit: PAGE };
}

function go(query) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  location.hash = `#/images${text && `?${text}`}`;
}

function storedColumns() {
  try {
    const chosen = JSON.parse(localStorage.getItem(KEPT)) ?? USUAL;
    return Object.keys(COLUMNS).filter((name) => chosen.includes(name) || COLUMNS[name].fixed);
  } catch {
    return USUAL;
  }
}

let trail = []; // the markers of the previous pages

export default function Images({ query }) {
  const asked = new URLSearchParams(query).toString();
  const { data, error, busy, reload } = useLoaded((signal) => call("GET", "/v2/images", { query: parseQuery(query), signal }), [asked]);
  const [columns, setColumns] = useState(storedColumns);
  const keep = (next) => { localStorage.setItem(KEPT, JSON.stringify(next)); setColumns(next); };
  const images = data?.document.images;
  const filtered = Object.keys(query).some((name) => name !== "sort" && name !== "marker");
  return html`
    <${Title} text="Images"><a class="button" href="#/upload">Upload</a><${Columns} chosen=${columns} onChange=${keep} /><//>
    <${Filters} key=${JSON.stringify({ ...query, marker: "" })} query=${query} />
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${!data && busy && html`<${Busy} />`}
    ${images?.length > 0 && html`<${Table} images=${images} columns=${columns} query=${query} busy=${busy} />`}
    ${images?.length === 0 && (filtered || query.marker ? html`
      <${Empty} title="No image matches">Change the search or the filters, or <a href="#/images">show all images</a>.<//>` : html`
      <${Empty} title="No images yet">Images that are created through any dialect, or with <code>rosetta image upload</code>, appear here.<//>`)}
    ${images && html`<${Pages} query=${query} next=${data.document.next} shown=${images.length} />`}`;
}

function Filters({ query }) {
  const id = useId();
  const change = (name) => (event) => name === "status" && event.target.value === DELETED ? (location.hash = "#/deleted") : go({ ...query, marker: "", [name]: event.target.value.trim() });
  const submit = (event) => { event.preventDefault(); go({ ...query, marker: "", search: new FormData(event.target).get("search").trim() }); };
  return html`
    <form class="filters" role="search" aria-label="Images" onSubmit=${submit}>
      <div class="search"><label class="unseen" for="${id}-search">Search</label>
        <input id="${id}-search" name="search" type="search" placeholder="Part of a name, an id, or property=value" defaultValue=${query.search ?? ""} spellcheck=${false} />
        <button type="submit">Search</button></div>
      ${Object.entries(FILTERS).map(([name, { label, any, values }]) => html`
        <div key=${name}><label class="unseen" for="${id}-${name}">${label}</label>
          <select id="${id}-${name}" value=${query[name] ?? ""} onChange=${change(name)}>
            <option value="">${any}</option>${values.map((value) => html`<option key=${value} value=${value}>${value}</option>`)}${name === "status" && html`<option value=${DELETED}>deleted</option>`}</select></div>`)}
      ${Object.entries(TYPED).map(([name, label]) => html`
        <div key=${name}><label class="unseen" for="${id}-${name}">${label}</label>
          <input id="${id}-${name}" class="short" placeholder=${label} defaultValue=${query[name] ?? ""} onChange=${change(name)} spellcheck=${false} /></div>`)}
      ${Object.keys(query).some((name) => name !== "sort" && name !== "marker") && html`<a class="clear" href="#/images">Clear</a>`}
    </form>`;
}

function Columns({ chosen, onChange }) {
  const toggle = (name) => onChange(Object.keys(COLUMNS).filter((each) => (each === name) !== chosen.includes(each)));
  return html`
    <details class="menu"><summary class="button">Columns</summary>
      <fieldset><legend class="unseen">Columns</legend>${Object.entries(COLUMNS).filter(([, column]) => !column.fixed).map(([name, { label }]) => html`
        <label class="check" key=${name}><input type="checkbox" checked=${chosen.includes(name)} onChange=${() => toggle(name)} /><span>${label}</span></label>`)}
      </fieldset></details>`;
}

function Table({ images, columns, query, busy }) {
  return html`
    <div class="scroll listed" tabindex="0" role="region" aria-label="List of images">
      <table class="cards ${busy ? "stale" : ""}" aria-busy=${busy}>
        <thead><tr>${columns.map((name) => html`<${Heading} key=${name} column=${COLUMNS[name]} query=${query} />`)}</tr></thead>
        <tbody>${images.map((image) => html`
          <tr key=${image.id}>${columns.map((name) => name === "name"
            ? html`<th scope="row" key=${name}><a href="#/images/${image.id}">${image.name || html`<i>Unnamed</i>`}</a>${image.protected && html` <span class="chip">protected</span>`}${image.os_hidden && html` <span class="chip">hidden</span>`}</th>`
            : html`<${Cell} key=${name} column=${COLUMNS[name]} image=${image} />`)}</tr>`)}
        </tbody>
      </table>
    </div>`;
}

function Cell({ column, image }) {
  const shown = column.show(image);
  return html`<td class="${column.number ? "number" : ""} ${shown === "–" ? "none" : ""}" data-label=${column.label}>${shown}</td>`;
}

function Heading({ column, query }) {
  const side = column.number ? "number" : "";
  if (!column.sort) return html`<th scope="col" class=${side}>${column.label}</th>`;
  const [key, direction] = (query.sort ?? "created_at:desc").split(":");
  const here = key === column.sort;
  const turned = here && direction === "asc" ? "desc" : "asc";
  return html`
    <th scope="col" class=${side} aria-sort=${here ? `${direction}ending` : null}>
      <button type="button" class="sort" onClick=${() => go({ ...query, marker: "", sort: `${column.sort}:${turned}` })}>
        ${column.label}<span aria-hidden="true">${here ? (direction === "asc" ? "↑" : "↓") : "↕"}</span></button></th>`;
}

function Pages({ query, next, shown }) {
  const marker = next && new URLSearchParams(next.split("?")[1]).get("marker");
  useEffect(() => { if (!query.marker) trail = []; }, [query.marker]);
  const forward = () => { trail.push(query.marker ?? ""); go({ ...query, marker }); scrollTo(0, 0); };
  const back = () => go({ ...query, marker: trail.pop() ?? "" });
  if (!marker && !query.marker) return shown > 0 && html`<p class="count" role="status">${shown === 1 ? "One image" : `${shown} images`}</p>`;
  return html`
    <nav class="pages" aria-label="Pages">
      <button type="button" disabled=${!query.marker} onClick=${back}>← Previous</button>
      <span role="status">${shown} on this page</span>
      <button type="button" disabled=${!marker} onClick=${forward}>Next →</button>
    </nav>`;
}
