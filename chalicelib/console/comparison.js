// The same facts in six dialects: which field has which fact.
import { asDate, formatBytes } from "./format.js";

const same = (glance) => ({ glance_v2: glance, glance_v1: glance });

// By label, the field of each dialect; dialects that are missing do not have the fact.
export const FACTS = {
  Id: { ...same("id"), foreman: "id", scaleway: "id", qingcloud: "image_id", devops_service: "id" },
  Name: { ...same("name"), foreman: "name", scaleway: "name", qingcloud: "image_name", devops_service: "name" },
  Description: { ...same("description"), qingcloud: "description" },
  Status: { ...same("status"), scaleway: "state", qingcloud: "status" },
  Visibility: { glance_v2: "visibility", glance_v1: "is_public", scaleway: "public", qingcloud: "visibility" },
  Owner: { ...same("owner"), scaleway: "organization", qingcloud: "provider" },
  Protected: same("protected"),
  Hidden: { glance_v2: "os_hidden" },
  Tags: { glance_v2: "tags" },
  "Disk format": same("disk_format"),
  "Container format": same("container_format"),
  Size: { ...same("size"), scaleway: "root_volume.size", qingcloud: "size" },
  "Disk size": { glance_v2: "virtual_size" },
  MD5: same("checksum"),
  Digest: same("os_hash_value"),
  "Digest algorithm": same("os_hash_algo"),
  Architecture: { ...same("architecture"), foreman: "architecture_name", scaleway: "arch", qingcloud: "processor_type" },
  System: { ...same("os_distro"), foreman: "operatingsystem_name", qingcloud: "os_family" },
  Platform: { ...same("os_type"), qingcloud: "platform" },
  "Login user": { ...same("os_admin_user"), foreman: "username", qingcloud: "default_user", devops_service: "remote_user" },
  "Disk needed": same("min_disk"),
  "Memory needed": same("min_ram"),
  Cloud: { foreman: "compute_resource_name", devops_service: "provider" },
  "Id in the cloud": { foreman: "uuid" },
  Created: { ...same("created_at"), foreman: "created_at", scaleway: "creation_date", qingcloud: "create_time" },
  Changed: { ...same("updated_at"), foreman: "updated_at", scaleway: "modification_date", qingcloud: "status_time" },
};
const NO_PROPERTIES = new Set(["self", "file", "schema", "deleted", ...Object.values(FACTS).flatMap(({ glance_v2: a, glance_v1: b }) => [a, b])]);
const INSTANTS = new Set(["Created", "Changed"]);
const HEADER = /^x-image-meta-(?:property-)?(.+)$/;
const PICKED = { scaleway: ({ image }) => image, qingcloud: ({ images: [image] }) => image };

// Parse a response: its text to show, and its facts by the dialect's field names.
export function read(name, headers, text) {
  if (name === "glance_v1") {
    const lines = [...headers].filter(([header]) => HEADER.test(header));
    const facts = Object.fromEntries(lines.map(([header, value]) => [HEADER.exec(header)[1], unescaped(value)]));
    return { raw: lines.map((line) => line.join(": ")).join("\n"), facts };
  }
  const document = JSON.parse(text);
  const image = PICKED[name]?.(document) ?? document;
  return { raw: JSON.stringify(image, null, 2), facts: flat(image) };
}

function unescaped(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function flat(record, before = "") {
  return Object.fromEntries(Object.entries(record).flatMap(([name, value]) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.entries(flat(value, `${before}${name}.`)) : [[before + name, value]]));
}

// Rows of facts that any dialect has: its text in each, and whether that differs from the first one's.
export function compare(shown) {
  const properties = new Set(shown.filter(({ name }) => name.startsWith("glance")).flatMap(({ facts }) => Object.keys(facts).filter((field) => !NO_PROPERTIES.has(field))));
  const wanted = [...Object.entries(FACTS), ...[...properties].sort().map((field) => [field, same(field)])];
  return wanted.map(([label, fields]) => ({ label, cells: cellsOf(shown, label, fields) })).filter(({ cells }) => Object.values(cells).some(Boolean));
}

function cellsOf(shown, label, fields) {
  const cells = Object.fromEntries(shown.map(({ name, facts }) => [name, cellOf(label, fields[name], facts)]));
  const first = Object.values(cells).find(Boolean);
  for (const cell of Object.values(cells)) if (cell) cell.differs = cell.meaning !== first.meaning;
  return cells;
}

function cellOf(label, field, facts) {
  const value = facts[field];
  if (!field || value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) return null;
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  const sized = label === "Size" && Number(value) > 1e6 ? `${text} (${formatBytes(Number(value))})` : text;
  return { field, text: sized, meaning: INSTANTS.has(label) ? secondOf(text) : text.toLowerCase() };
}

const secondOf = (text) => Math.floor(asDate(text.replace(" UTC", "Z").replace(" ", "T")) / 1000);
