// Transfers in progress, and their results.
import { html, useEffect, useState } from "./html.js";
import { formatBytes, formatCount } from "./format.js";
import { Failure, Notice, Words } from "./ui.js";
import { all, dismiss, giveUp, goOn, isOver, onTransfers, pause } from "./transfers.js";

const STATES = { checking: "Checking received parts", sending: "Sending", paused: "Paused", verifying: "Verifying and inspecting", copying: "Copying", done: "Ready", failed: "Refused" };
const KINDS = { done: "good", failed: "bad", paused: "off" };
const FOUND = { virtual_size: "Disk size", inspection_formats: "Formats", inspection_partition_table: "Partition table", inspection_filesystem: "File system", inspection_boot_modes: "Boots by", inspection_findings: "Findings", checksum: "MD5" };

export function useTransfers() {
  const [, redraw] = useState(0);
  useEffect(() => onTransfers(() => redraw((before) => before + 1)), []);
}

export function Transfers({ onAgain, onRefusal }) {
  const shown = all();
  return shown.length > 0 && html`
    <section class="transfers"><h2>In progress</h2>${shown.map((transfer) => html`
      <${Card} key=${transfer.record.image} transfer=${transfer} onAgain=${onAgain} onRefusal=${onRefusal} />`)}</section>`;
}

// The progress in bytes: sent, checked, or read by the registry.
function progressOf({ state, bytes, checked, job, record }) {
  if (state === "checking") return [checked, record.size];
  return state === "verifying" || state === "copying" ? [job?.done ?? 0, job?.size ?? record.size] : [bytes, record.size];
}

function Card({ transfer, onAgain, onRefusal }) {
  const { record, state, error, job, shown } = transfer;
  const [done, size] = progressOf(transfer);
  const running = !isOver(transfer);
  return html`
    <article class="card transfer" aria-label=${record.name}>
      <div><h3><a href="#/images/${record.image}">${record.name}</a></h3>
        <p><span class="status ${KINDS[state] ?? "wait"}" role="status">${STATES[state]}</span> <span class="hint">${record.file ?? record.uri}</span></p></div>
      <div class="actions">
        ${(state === "sending" || state === "checking") && html`<button type="button" onClick=${() => pause(transfer)}>Pause</button>`}
        ${state === "paused" && html`<button type="button" class="primary" onClick=${() => goOn(transfer)}>Resume</button>`}
        ${running && record.upload && state !== "verifying" && html`<button type="button" class="danger" onClick=${() => giveUp(record).catch(onRefusal)}>Cancel upload</button>`}
        ${!running && html`<button type="button" onClick=${() => dismiss(transfer)}>Close</button>`}
      </div>
      ${running && html`<div class="meter"><progress aria-label="${STATES[state]} ${record.name}" value=${size ? done : null} max=${size || 1}></progress>
        <p class="hint">${formatBytes(done)}${size ? ` of ${formatBytes(size)}` : ""}${state === "sending" ? speedOf(transfer) : ""}</p></div>`}
      ${error && html`<${Failure} error=${error} />`}
      ${state === "failed" && job && html`<${Refused} transfer=${transfer} onAgain=${onAgain} />`}
      ${state === "done" && shown && html`<${Found} image=${shown} />`}
    </article>`;
}

function speedOf({ began, from, bytes, record }) {
  const seconds = (Date.now() - began) / 1000;
  const speed = (bytes - from) / seconds;
  if (seconds < 2 || speed <= 0) return "";
  const left = Math.ceil((record.size - bytes) / speed);
  const text = left < 90 ? `${formatCount(left)} s` : left < 5400 ? `${formatCount(Math.round(left / 60))} min` : `${formatCount(Math.round(left / 3600))} h`;
  return `, ${formatBytes(speed)} a second, ${text} left`;
}

function Refused({ transfer, onAgain }) {
  const { job, file, record } = transfer;
  return html`
    <${Notice} kind="bad" title="The registry refused it."><${Words} text=${job.reason} /><//>
    <p>${file ? "Its data was removed. Fix the file or its description as the reason says, and upload it as a new image." : html`Fix the reason, and copy it again. The image <a href="#/images/${record.image}">still exists</a>, without data.`}</p>
    ${file && html`<p class="row"><button type="button" onClick=${() => { dismiss(transfer); onAgain(transfer); }}>Try again with this file</button></p>`}`;
}

function Found({ image }) {
  const facts = Object.entries(FOUND).filter(([name]) => image[name] !== undefined && image[name] !== null && image[name] !== "");
  const text = (name) => (name === "virtual_size" ? formatBytes(image[name]) : name === "checksum" ? html`<code>${image[name]}</code>` : String(image[name]).split(",").join(", "));
  return html`
    <p>It is verified and <a href="#/images/${image.id}">ready to use</a>. Found by inspection:</p>
    <dl class="found">${facts.map(([name, label]) => html`<div key=${name}><dt>${label}</dt><dd>${text(name)}</dd></div>`)}</dl>`;
}
