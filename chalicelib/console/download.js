// Getting the bytes of an image: from the store by a link, or out of the answer if they came with it.
import { Refusal, send } from "./api.js";
import { current } from "./session.js";

// Have the browser save an image. Raises Refusal.
export async function download(image) {
  const answer = await send("GET", `/v2/images/${image.id}/file`, { token: current().token, headers: { Accept: "*/*", Prefer: "link" } });
  if (!answer.ok) throw new Refusal(answer.status, (await answer.json().catch(() => null))?.error?.message ?? `The registry answered ${answer.status}.`);
  const link = answer.headers.get("Location");
  if (link) save(link);
  else if (answer.status === 204) throw new Refusal(204, "No bytes have come yet.");
  else saveBytes(image, await answer.blob());
}

function saveBytes(image, blob) {
  const url = URL.createObjectURL(blob);
  save(url, `${image.name || image.id}.${image.disk_format ?? "img"}`);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// A link without a token, which the browser follows as if somebody had clicked on it.
function save(url, name = "") {
  const link = Object.assign(document.createElement("a"), { href: url, download: name, rel: "noreferrer" });
  document.body.append(link);
  link.click();
  link.remove();
}
