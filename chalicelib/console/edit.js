// Edit an image: only changed fields are sent, for the version that was shown.
import { html, useId, useState } from "./html.js";
import { isProperty } from "./facts.js";
import { call } from "./session.js";
import { Dialog, Failure, Field, Notice } from "./ui.js";

const PATCH = "application/openstack-images-v2.1-json-patch";
const TEXTS = { name: "Name", description: "Description", architecture: "Architecture", os_distro: "System", os_type: "Platform", os_admin_user: "Login user" };
const NUMBERS = { min_disk: "Disk needed (GB)", min_ram: "Memory needed (MB)" };
const BASE = ["name", "visibility", "tags", "os_hidden", ...Object.keys(NUMBERS)];
const VISIBILITIES = { private: "private: only its owner", shared: "shared: its owner and members", community: "community: anybody who knows its id", public: "public: everybody" };

export const patchImage = (id, version, patch) =>
  call("PATCH", `/v2/images/${id}`, { body: patch, headers: { "Content-Type": PATCH, "If-Match": version } });

// The form's texts for an image; properties that it does not have are missing.
export function textsOf(image) {
  const shown = [...Object.keys(TEXTS), ...Object.keys(image).filter(isProperty)];
  const texts = Object.fromEntries(shown.map((name) => [name, image[name] ?? ""]));
  return { ...texts, visibility: image.visibility, tags: image.tags.join(", "), os_hidden: String(image.os_hidden), min_disk: String(image.min_disk), min_ram: String(image.min_ram) };
}

// The JSON patch between two states of the form.
export function patchOf(before, after) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
  return names.map((name) => {
    const path = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (BASE.includes(name)) return { op: "replace", path, value: valueOf(name, after[name]) };
    return after[name] === undefined || (name in TEXTS && !after[name]) ? { op: "remove", path } : { op: "add", path, value: after[name] };
  });
}

function valueOf(name, text) {
  if (name in NUMBERS) return Number(text);
  if (name === "os_hidden") return text === "true";
  return name === "tags" ? text.split(",").map((tag) => tag.trim()).filter(Boolean) : text;
}

// Merge the user's changes into a newer version: on conflicts the newer one wins, and the user's is reported.
export function merge(before, mine, theirs) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(mine), ...Object.keys(theirs)])];
  const touched = names.filter((name) => theirs[name] !== before[name]);
  const merged = Object.fromEntries(names.map((name) => [name, touched.includes(name) ? theirs[name] : mine[name]]).filter(([, text]) => text !== undefined));
  return { merged, touched, lost: touched.filter((name) => mine[name] !== before[name] && mine[name] !== theirs[name]) };
}

export function Edit({ image, version, rights, onClose, onDone }) {
  const id = useId();
  const [base, setBase] = useState({ version, texts: textsOf(image) });
  const [texts, setTexts] = useState(base.texts);
  const [refusal, setRefusal] = useState(null);
  const [conflict, setConflict] = useState(null);
  const set = (name, text) => setTexts({ ...texts, [name]: text });
  const typed = (name) => (event) => set(name, event.target.value);
  const properties = Object.keys(texts).filter((name) => isProperty(name)).sort();

  async function submit(event) {
    event.preventDefault();
    setRefusal(null);
    const patch = patchOf(base.texts, texts);
    if (!patch.length) return onClose();
    try {
      await patchImage(image.id, base.version, patch);
      return onDone("Your changes are saved.");
    } catch (failed) {
      return failed.status === 412 ? reconcile() : setRefusal(failed);
    }
  }

  async function reconcile() {
    const { document, headers } = await call("GET", `/v2/images/${image.id}`);
    const theirs = textsOf(document);
    const { merged, touched, lost } = merge(base.texts, texts, theirs);
    setConflict({ touched, lost: lost.map((name) => `${name}: ${texts[name] ?? "(removed)"}`) });
    setBase({ version: headers.get("ETag"), texts: theirs });
    setTexts(merged);
  }

  return html`
    <${Dialog} title="Edit image" onClose=${onClose}>
      <form onSubmit=${submit}>
        ${refusal && html`<${Failure} error=${refusal} />`}
        ${conflict && html`<${Notice} kind="wait" title="Somebody else has changed this image. Your changes are not saved yet.">
          ${conflict.touched.length ? html`Changed by them: ${conflict.touched.join(", ")}. ` : ""}${conflict.lost.length ? html`You had written ${conflict.lost.join("; ")}. ` : ""}Check the form, then save again.<//>`}
        <div class="columns">
          ${Object.entries(TEXTS).map(([name, label]) => html`<${Field} key=${name} label=${label} id="${id}-${name}"><input id="${id}-${name}" value=${texts[name]} onInput=${typed(name)} maxlength="255" /><//>`)}
          ${Object.entries(NUMBERS).map(([name, label]) => html`<${Field} key=${name} label=${label} id="${id}-${name}"><input id="${id}-${name}" type="number" min="0" max="2147483647" step="1" required value=${texts[name]} onInput=${typed(name)} /><//>`)}
          <${Field} label="Visibility" id="${id}-visibility"><select id="${id}-visibility" value=${texts.visibility} onChange=${typed("visibility")}>
            ${Object.entries(VISIBILITIES).filter(([name]) => name !== "public" || rights.publish || image.visibility === "public").map(([name, label]) => html`<option key=${name} value=${name}>${label}</option>`)}</select><//>
          <${Field} label="Tags" hint="Separated by commas" id="${id}-tags"><input id="${id}-tags" value=${texts.tags} onInput=${typed("tags")} aria-describedby="${id}-tags-hint" /><//>
        </div>
        <label class="check"><input type="checkbox" checked=${texts.os_hidden === "true"} onChange=${(event) => set("os_hidden", String(event.target.checked))} /><span>Hidden from lists</span></label>
        <fieldset class="properties"><legend>Properties</legend>
          ${properties.map((name) => html`<div class="property" key=${name}><label for="${id}-p-${name}"><code>${name}</code></label><input id="${id}-p-${name}" value=${texts[name]} onInput=${typed(name)} readonly=${name.startsWith("inspection_")} />
            <button type="button" class="quiet small" disabled=${name.startsWith("inspection_")} aria-label=${`Remove ${name}`} onClick=${() => setTexts(Object.fromEntries(Object.entries(texts).filter(([other]) => other !== name)))}>Remove</button></div>`)}
          <${NewProperty} taken=${(name) => name in texts || !isProperty(name)} onAdd=${(name) => set(name, "")} />
        </fieldset>
        <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary">Save</button></footer>
      </form>
    <//>`;
}

function NewProperty({ taken, onAdd }) {
  const id = useId();
  const [name, setName] = useState("");
  const add = () => { onAdd(name); setName(""); };
  const enter = (event) => { if (event.key === "Enter") { event.preventDefault(); if (name && !taken(name)) add(); } };
  return html`<div class="property"><label class="unseen" for=${id}>Name of a new property</label><input id=${id} placeholder="Name of a new property" value=${name} onInput=${(event) => setName(event.target.value.trim())} onKeyDown=${enter} maxlength="255" />
    <button type="button" class="small" disabled=${!name || taken(name)} onClick=${add}>Add</button></div>`;
}
