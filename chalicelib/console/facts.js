// The facts of an image, in groups; absent ones are omitted.
import { html } from "./html.js";
import { formatBytes, formatCount } from "./format.js";
import { Copy, Instant, Words } from "./ui.js";

const yes = (value) => (value ? "yes" : "no");
const code = (text) => html`<code>${text}</code> <${Copy} text=${text} />`;
const size = (bytes) => html`${formatBytes(bytes)}${bytes >= 1000 && html` <span class="hint">${formatCount(bytes)} bytes</span>`}`;
const when = (at) => html`<${Instant} at=${at} /> <span class="hint"><${Instant} at=${at} relative /></span>`;
const list = (text) => text.split(",").join(", ");

const GROUPS = [
  ["Image", { description: ["Description"], owner: ["Owner"], visibility: ["Visibility"], protected: ["Protected", yes], os_hidden: ["Hidden from lists", yes], tags: ["Tags", (tags) => tags.map((tag) => html`<span class="chip" key=${tag}>${tag}</span> `)], created_at: ["Created", when], updated_at: ["Changed", when] }],
  ["Bytes", { size: ["Size", size], virtual_size: ["Disk size", size], disk_format: ["Disk format"], container_format: ["Container format"], checksum: ["MD5", code], os_hash_value: [({ os_hash_algo: name }) => name.toUpperCase().replace("SHA", "SHA-"), code], status_reason: ["Reason", (text) => html`<${Words} text=${text} />`] }],
  ["Found by inspection", { inspection_formats: ["Formats", list], inspection_compression: ["Compression"], inspection_partition_table: ["Partition table"], inspection_filesystem: ["File system"], inspection_findings: ["Findings", list] }],
  ["System", { os_distro: ["System"], os_type: ["Platform"], os_admin_user: ["Login user"], architecture: ["Architecture"], min_disk: ["Disk needed", (gigabytes) => (gigabytes ? `${formatCount(gigabytes)} GB` : "any")], min_ram: ["Memory needed", (megabytes) => (megabytes ? `${formatCount(megabytes)} MB` : "any")] }],
];
const ELSEWHERE = new Set(["id", "status", "self", "file", "schema", "os_hash_algo"]);

export const isProperty = (name) => !ELSEWHERE.has(name) && name !== "name" && !GROUPS.some(([, fields]) => name in fields);
const isSaid = (value) => value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && !value.length);

export function Facts({ image }) {
  const properties = Object.keys(image).filter(isProperty).sort();
  const groups = GROUPS.map(([title, fields]) => [title, Object.entries(fields).filter(([name]) => isSaid(image[name]))]).filter(([, fields]) => fields.length);
  return html`
    <div class="groups">
      ${groups.map(([title, fields]) => html`<${Group} key=${title} title=${title}>${fields.map(([name, [label, show = String]]) => html`
        <div key=${name}><dt>${typeof label === "function" ? label(image) : label}</dt><dd>${show(image[name])}</dd></div>`)}<//>`)}
      ${properties.length > 0 && html`<${Group} title="Properties">${properties.map((name) => html`
        <div key=${name}><dt><code>${name}</code></dt><dd>${image[name] === "" ? html`<i>empty</i>` : image[name]}</dd></div>`)}<//>`}
    </div>
    ${image.size === null && html`<p class="hint">This image has no data yet. Upload it with <code>rosetta image upload</code>, or through any of the dialects.</p>`}`;
}

const Group = ({ title, children }) => html`<section class="card facts"><h2>${title}</h2><dl>${children}</dl></section>`;
