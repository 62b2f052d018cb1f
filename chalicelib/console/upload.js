// Create an image from a local file, or by copying from a URL.
import { html, useEffect, useId, useState } from "./html.js";
import { Refusal } from "./api.js";
import { recognise } from "./recognise.js";
import { edges } from "./digests.js";
import { formatBytes } from "./format.js";
import { call } from "./session.js";
import { Busy, Failure, Field, Instant, Notice, Title, useLoaded } from "./ui.js";
import { Transfers, useTransfers } from "./transfer.js";
import { all, copyFrom, giveUp, resume, uploadFile } from "./transfers.js";
import { unfinishedOf } from "./unfinished.js";

const VISIBILITIES = { private: "private: only its owner", shared: "shared: its owner and members", community: "community: anybody who knows its id", public: "public: everybody" };
const WAYS = { file: "A file", address: "An address" };
const EMPTY = { name: "", disk_format: "raw", container_format: "bare", min_disk: "0", min_ram: "0", visibility: "private" };

let formats = null; // what this registry takes, once it has said so

async function askFormats(signal) {
  const { properties } = (await call("GET", "/v2/schemas/image", { signal })).document;
  const offered = (name) => properties[name].enum.filter(Boolean).sort();
  formats = { disk_format: offered("disk_format"), container_format: offered("container_format") };
}

export default function Upload({ session }) {
  useTransfers();
  const [way, setWay] = useState("file");
  const [chosen, setChosen] = useState(null);
  const [refusal, setRefusal] = useState(null);
  const unfinished = unfinishedOf(session).filter(({ image }) => !all().some(({ record }) => record.image === image));
  if (!session.may("create_image")) return html`<${Title} text="Upload" /><${Notice} kind="wait">Your token may not create images.<//>`;

  const attempt = (work) => { setRefusal(null); return work().catch(setRefusal); };
  const choose = (file) => attempt(async () => {
    if (!file.size) throw new Refusal(0, `${file.name} is empty.`);
    const known = unfinished.filter((each) => each.file === file.name && each.size === file.size);
    const mark = known.length && (await edges(file));
    const record = known.find((each) => each.edges === mark);
    if (record) return resume(record, file);
    return setChosen({ file, fields: { ...EMPTY, ...(await recognise(file)) } });
  });
  const again = (transfer) => attempt(async () => setChosen({ file: transfer.file, fields: { ...EMPTY, ...(await recognise(transfer.file)), name: transfer.record.name } }));
  const start = (fields, uri) => attempt(async () => {
    await (uri ? copyFrom(uri, fields) : uploadFile(chosen.file, fields));
    setChosen(null);
  });
  return html`
    <${Title} text="Upload" />
    <fieldset class="segments narrow"><legend class="unseen">Where the image is</legend>
      ${Object.entries(WAYS).map(([name, label]) => html`
        <label key=${name}><input type="radio" name="way" value=${name} checked=${way === name} onChange=${() => { setWay(name); setChosen(null); setRefusal(null); }} /><span>${label}</span></label>`)}</fieldset>
    ${refusal && html`<${Failure} error=${refusal} />`}
    ${way === "file" && !chosen && html`<${Drop} onFile=${choose} />`}
    ${way === "file" && chosen && html`<${NewImage} key=${chosen.file} ...${chosen} session=${session} onStart=${start} onCancel=${() => setChosen(null)} />`}
    ${way === "address" && html`<${NewImage} fields=${EMPTY} session=${session} onStart=${start} />`}
    <${Unfinished} records=${unfinished} onFile=${(record, file) => attempt(() => resume(record, file))} onGiveUp=${(record) => attempt(() => giveUp(record))} />
    <${Transfers} onAgain=${again} onRefusal=${setRefusal} />`;
}

function Drop({ onFile }) {
  const id = useId();
  const [over, setOver] = useState(false);
  const drag = (inside) => (event) => { event.preventDefault(); setOver(inside); };
  const drop = (event) => { drag(false)(event); if (event.dataTransfer.files.length) onFile(event.dataTransfer.files[0]); };
  useEffect(() => { // a file dropped outside of the field must not replace the page
    const ignore = (event) => event.preventDefault();
    for (const kind of ["dragover", "drop"]) addEventListener(kind, ignore);
    return () => { for (const kind of ["dragover", "drop"]) removeEventListener(kind, ignore); };
  }, []);
  return html`
    <div class="drop ${over ? "over" : ""}" onDragEnter=${drag(true)} onDragOver=${drag(true)} onDragLeave=${drag(false)} onDrop=${drop}>
      <p><strong>Drop the file of an image here</strong></p>
      <input id=${id} class="unseen" type="file" onChange=${(event) => event.target.files.length && onFile(event.target.files[0])} />
      <label class="button" for=${id}>Choose a file</label>
      <p class="hint">It is uploaded to the store in parts, and can be interrupted at any time: choose the same file again to resume.</p>
    </div>`;
}

function NewImage({ file, fields, session, onStart, onCancel }) {
  const { error, reload } = useLoaded((signal) => (formats ? Promise.resolve() : askFormats(signal)), []);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const { uri, min_disk: disk, min_ram: ram, ...texts } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    await onStart({ ...texts, min_disk: Number(disk), min_ram: Number(ram) }, uri?.trim());
    setBusy(false);
  };
  if (error) return html`<${Failure} error=${error} retry=${reload} />`;
  if (!formats) return html`<${Busy} />`;
  const visible = Object.entries(VISIBILITIES).filter(([name]) => name !== "public" || session.may("publicize_image"));
  const select = (name, label, options, hint) => html`
    <${Field} label=${label} hint=${hint} id="${id}-${name}"><select id="${id}-${name}" name=${name} aria-describedby=${hint ? `${id}-${name}-hint` : null} defaultValue=${fields[name]}>${options.map(([value, text]) => html`
      <option key=${value} value=${value} selected=${value === fields[name]}>${text}</option>`)}</select><//>`;
  const number = (name, label) => html`
    <${Field} label=${label} id="${id}-${name}"><input id="${id}-${name}" name=${name} type="number" min="0" step="1" required defaultValue=${fields[name]} /><//>`;
  const format = (name, label) => select(name, label, formats[name].map((value) => [value, value]),
    file && !formats[name].includes(fields[name]) && `It looks like ${fields[name]}, which this registry does not take.`);
  return html`
    <form class="card new" onSubmit=${submit} aria-label="New image">
      ${file ? html`<p class="row"><strong class="file">${file.name}</strong><span class="hint">${formatBytes(file.size)}</span></p>` : html`
        <${Field} label="Address" id="${id}-uri" hint="A public URL, or s3://bucket/key if the registry may read the bucket."><input id="${id}-uri" name="uri" required spellcheck=${false} aria-describedby="${id}-uri-hint" /><//>`}
      <div class="columns">
        <${Field} label="Name" id="${id}-name"><input id="${id}-name" name="name" required maxlength="255" defaultValue=${fields.name} spellcheck=${false} /><//>
        ${format("disk_format", "Disk format")}
        ${format("container_format", "Container format")}
        ${select("visibility", "Visibility", visible)}
        ${number("min_disk", "Disk needed (GB)")}
        ${number("min_ram", "Memory needed (MB)")}
      </div>
      <footer class="row"><button class="primary" disabled=${busy}>${file ? "Upload" : "Copy"}</button>
        ${onCancel && html`<button type="button" onClick=${onCancel}>Cancel</button>`}</footer>
    </form>`;
}

function Unfinished({ records, onFile, onGiveUp }) {
  const id = useId();
  if (!records.length) return null;
  return html`
    <section class="transfers"><h2>Unfinished uploads</h2>
      ${records.map((record) => html`
        <div class="card transfer" key=${record.image}>
          <div><h3><a href="#/images/${record.image}">${record.name}</a></h3>
            <p class="hint">${record.file}, ${formatBytes(record.size)}, started <${Instant} at=${record.at} relative /></p></div>
          <div class="actions">
            <input id="${id}-${record.image}" class="unseen" type="file" onChange=${(event) => event.target.files.length && onFile(record, event.target.files[0])} />
            <label class="button" for="${id}-${record.image}">Choose the same file to resume<span class="unseen"> with ${record.name}</span></label>
            <button type="button" class="danger" onClick=${() => onGiveUp(record)}>Cancel upload<span class="unseen"> ${record.name}</span></button></div>
        </div>`)}
    </section>`;
}
