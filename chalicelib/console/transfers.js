// Uploads of files in parts, directly to S3, and copies. They continue in the background of all views.
import { Refusal } from "./api.js";
import { digest, edges } from "./digests.js";
import { call, current, onChange } from "./session.js";
import { forget, keep } from "./unfinished.js";

const LANES = 3;
const PAUSES = [500, 1000, 2000, 4000, 8000];
const MEGABYTE = 2 ** 20;
const LARGE = 16 * 2 ** 30;
const FIRST_LOOK = 300;
const LAST_LOOKS = 5000;
const LOST = "The store could not be reached. Parts that have arrived are kept.";
const OTHER = "This is not the file of the upload: its contents differ.";
const OVER = new Set(["done", "failed"]);
const transfers = new Map();
const listeners = new Set();

export const onTransfers = (listener) => (listeners.add(listener), () => listeners.delete(listener));
export const all = () => [...transfers.values()].reverse();
const tell = () => listeners.forEach((listener) => listener());
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const isOver = ({ state }) => OVER.has(state);
const isPassing = ({ status }) => status === 0 || status === 403 || status === 429 || status >= 500;

// A transfer: `state` is checking, sending, paused, verifying, copying, done or failed; `sent` has bytes by part.
class Transfer {
  constructor(record, file) {
    Object.assign(this, { record, file, state: file ? "checking" : "copying", sent: new Map(), md5s: new Map(), checked: 0, job: null, shown: null, error: null });
  }

  become(changes) {
    Object.assign(this, changes);
    tell();
  }

  get bytes() {
    return [...this.sent.values()].reduce((sum, each) => sum + each, 0);
  }

  part(number) {
    const size = this.upload.part_size;
    return this.file.slice((number - 1) * size, number * size);
  }
}

// Create an image for a file, and upload it. Throws Refusal.
export async function uploadFile(file, fields) {
  const { document: image } = await call("POST", "/v2/images", { body: fields });
  const wanted = { size: file.size, ...(file.size > LARGE && { part_size: partSize(file.size) }) };
  const begun = await call("POST", `/v1/images/${image.id}/uploads`, { body: wanted });
  const { user, tenant } = current();
  const record = { user, tenant, image: image.id, upload: begun.document.upload.id, name: image.name, file: file.name, size: file.size, edges: await edges(file), at: new Date().toISOString() };
  keep(record);
  const transfer = new Transfer(record, file);
  transfer.upload = begun.document.upload;
  add(transfer);
  send(transfer);
}

// 64 MiB, or as many MiB as it takes for at most 9000 parts.
const partSize = (size) => Math.max(64, Math.ceil(size / 9000 / MEGABYTE)) * MEGABYTE;

// Copy an image from a URL. Throws Refusal.
export async function copyFrom(uri, fields) {
  const { document: image } = await call("POST", "/v2/images", { body: fields });
  const { user, tenant } = current();
  const transfer = new Transfer({ user, tenant, image: image.id, name: image.name, uri, size: null, at: new Date().toISOString() }, null);
  try {
    await call("POST", `/v2/images/${image.id}/import`, { body: { method: { name: "web-download", uri } } });
  } catch (refusal) {
    await call("DELETE", `/v2/images/${image.id}`).catch(() => {});
    throw refusal;
  }
  add(transfer);
  watch(transfer);
}

// Resume an earlier upload, if this is its file. Throws Refusal.
export async function resume(record, file) {
  if (file.size !== record.size || (await edges(file)) !== record.edges) throw new Refusal(0, OTHER);
  const transfer = new Transfer(record, file);
  add(transfer);
  await goOn(transfer);
}

export async function goOn(transfer) {
  const { record } = transfer;
  transfer.become({ state: "checking", error: null });
  try {
    const { document } = await call("GET", `/v1/images/${record.image}/uploads/${record.upload}`);
    transfer.upload = document.upload;
  } catch (refusal) {
    if (refusal.status !== 404) return transfer.become({ state: "paused", error: refusal });
    return watch(transfer); // it has ended: the job has the result
  }
  return send(transfer);
}

export function pause(transfer) {
  transfer.abort?.abort();
  transfer.become({ state: "paused" });
}

// Cancel an upload and delete its image. Throws Refusal.
export async function giveUp(record) {
  transfers.get(record.image)?.abort?.abort();
  if (record.upload) await gone(call("DELETE", `/v1/images/${record.image}/uploads/${record.upload}`));
  await gone(call("DELETE", `/v2/images/${record.image}`));
  forget(record.image);
  transfers.delete(record.image);
  tell();
}

const gone = (asking) => asking.catch((refusal) => { if (![404, 409].includes(refusal.status)) throw refusal; });

export function dismiss(transfer) {
  transfers.delete(transfer.record.image);
  tell();
}

function add(transfer) {
  transfers.set(transfer.record.image, transfer);
  tell();
}

async function send(transfer) {
  const abort = new AbortController();
  transfer.abort = abort;
  try {
    await check(transfer, abort.signal);
    transfer.become({ state: "sending", began: Date.now(), from: transfer.bytes });
    const missing = numbers(transfer).filter((number) => !transfer.md5s.has(number));
    const lane = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) await sendPart(transfer, number, abort.signal);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await complete(transfer);
  } catch (failed) {
    const quiet = abort.signal.aborted;
    abort.abort();
    if (!quiet) transfer.become({ state: "paused", error: failed });
    return;
  }
  await watch(transfer);
}

const numbers = (transfer) => Array.from({ length: transfer.upload.part_count }, (_, index) => index + 1);

// Check that the received parts are those of the file; find the missing ones.
async function check(transfer, signal) {
  transfer.md5s.clear();
  transfer.sent.clear();
  transfer.checked = 0;
  for (const { number, etag, size } of transfer.upload.received) {
    if ((await digest(transfer.part(number))) !== etag) throw new Refusal(0, OTHER);
    signal.throwIfAborted();
    transfer.md5s.set(number, etag);
    transfer.sent.set(number, size);
    transfer.become({ checked: transfer.checked + size });
  }
}

async function sendPart(transfer, number, signal) {
  const { image, upload } = transfer.record;
  const blob = transfer.part(number);
  const md5 = await digest(blob);
  for (const milliseconds of [...PAUSES, null]) {
    signal.throwIfAborted();
    try {
      const { document } = await call("POST", `/v1/images/${image}/uploads/${upload}/links`, { body: { parts: [{ number, md5 }] }, signal });
      await put(document.links[0], blob, signal, (bytes) => { transfer.sent.set(number, bytes); tell(); });
      transfer.md5s.set(number, md5);
      transfer.sent.set(number, blob.size);
      return;
    } catch (failed) {
      transfer.sent.delete(number);
      if (milliseconds === null || signal.aborted || !isPassing(failed)) throw failed;
      await wait(milliseconds);
    }
  }
}

// The response is not checked: S3 only accepts data with the MD5 for which the link was signed.
function put(link, blob, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("PUT", link.url);
    request.setRequestHeader("Content-MD5", link.headers["Content-MD5"]);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => (request.status === 200 ? resolve() : reject(new Refusal(request.status, `The store answered ${request.status}.`)));
    request.onerror = () => reject(new Refusal(0, LOST));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(blob);
  });
}

async function complete(transfer) {
  const { image, upload } = transfer.record;
  const parts = numbers(transfer).map((number) => ({ number, etag: transfer.md5s.get(number) }));
  for (const milliseconds of [...PAUSES, null]) {
    try {
      return await call("POST", `/v1/images/${image}/uploads/${upload}`, { body: { parts } });
    } catch (failed) {
      if (failed.status === 404) return null; // completed by a request whose response was lost
      if (milliseconds === null || !isPassing(failed)) throw failed;
      await wait(milliseconds);
    }
  }
  return null;
}

// Poll the job until it has ended, then read the image.
async function watch(transfer) {
  const { record } = transfer;
  transfer.become({ state: record.upload ? "verifying" : "copying", error: null });
  for (let pauseFor = FIRST_LOOK; ; pauseFor = Math.min(LAST_LOOKS, pauseFor * 1.5)) {
    if (!transfers.has(record.image)) return;
    try {
      const job = await jobOf(record);
      transfer.become({ job, error: null });
      if (job?.status === "successful" || job?.status === "failed") {
        const { document } = await call("GET", `/v2/images/${record.image}`);
        forget(record.image);
        transfer.become({ state: job.status === "successful" ? "done" : "failed", shown: document });
        return;
      }
    } catch (failed) {
      if (failed.status === 404) forget(record.image);
      transfer.become(isPassing(failed) ? { error: failed } : { state: "failed", error: failed });
      if (!isPassing(failed)) return;
    }
    await wait(pauseFor);
  }
}

async function jobOf({ image, upload }) {
  if (upload) return (await call("GET", `/v1/jobs/${upload}`)).document.job;
  return (await call("GET", "/v1/jobs", { query: { limit: 100 } })).document.jobs.find(({ images }) => images.includes(image)) ?? null;
}

onChange(() => {
  if (current()) return;
  for (const transfer of transfers.values()) transfer.abort?.abort();
  transfers.clear();
});

addEventListener("online", () => {
  for (const transfer of transfers.values()) if (transfer.state === "paused" && transfer.error?.status === 0) goOn(transfer);
});

addEventListener("beforeunload", (event) => {
  if ([...transfers.values()].some((transfer) => transfer.state === "sending")) event.preventDefault();
});
