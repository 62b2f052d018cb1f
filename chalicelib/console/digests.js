// MD5s, computed by a worker thread that starts on first use.
import { Refusal } from "./api.js";

const UNREADABLE = "The file can no longer be read: it was changed, moved or removed. Choose it again.";
const EDGE = 64 << 10;
const waiting = new Map();
let worker = null;
let tickets = 0;

function start() {
  const named = { createScriptURL: () => new URL("hashing.js", import.meta.url).href };
  const policy = globalThis.trustedTypes?.createPolicy("rosetta-worker", named) ?? named;
  const started = new Worker(policy.createScriptURL(""), { type: "module" });
  started.onmessage = ({ data: { ticket, md5, error } }) => {
    const { resolve, reject } = waiting.get(ticket);
    waiting.delete(ticket);
    if (error) reject(new Refusal(0, UNREADABLE));
    else resolve(md5);
  };
  return started;
}

// The MD5 of a part of a file, in hexadecimal. Throws Refusal if the file can no longer be read.
export function digest(blob) {
  worker ??= start();
  const ticket = (tickets += 1);
  return new Promise((resolve, reject) => {
    waiting.set(ticket, { resolve, reject });
    worker.postMessage({ ticket, blob });
  });
}

// A fingerprint of a file's beginning and end, to recognise it when it is chosen again.
export const edges = (file) => digest(new Blob([file.slice(0, EDGE), file.slice(-EDGE)]));
