// The worker thread: computes MD5s of parts of files, which browsers' Web Crypto does not support.
import { md5 } from "./vendor/md5.js";

const BLOCK = 4 << 20;

async function digest(blob) {
  const hash = md5.create();
  for (let at = 0; at < blob.size; at += BLOCK) hash.update(new Uint8Array(await blob.slice(at, at + BLOCK).arrayBuffer()));
  return hash.hex();
}

onmessage = ({ data: { ticket, blob } }) =>
  digest(blob).then((md5Hex) => postMessage({ ticket, md5: md5Hex }), (error) => postMessage({ ticket, error: error.name }));
