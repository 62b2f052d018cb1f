// Download an image: from S3 by a link, or from the response itself if the data is inline.
import { Refusal, send } from "./api.js";
import { current } from "./session.js";

// Let the browser save an image. Throws Refusal.
export async function download(image) {
  const answer = await send("GET", `/v2/images/${image.id}/file`, { token: current().token, headers: { Accept: "*/*", Prefer: "link" } });
  if (!answer.ok) throw new Refusal(answer.status, (await answer.json().catch(() => null))?.error?.message ?? `The registry answered ${answer.status}.`);
  const link = answer.headers.get("Location");
  if (link) save(link);
  else if (answer.status === 204) throw new Refusal(204, "The image has no data yet.");
  else saveBytes(image, await answer.blob());
}

function saveBytes(image, blob) {
  const url = URL.createObjectURL(blob);
  const ending = `.${image.disk_format ?? "img"}`;
  const name = image.name || image.id;
  save(url, name.toLowerCase().endsWith(ending) ? name : name + ending);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// Click on a link, which has no token, for the user.
function save(url, name = "") {
  const link = Object.assign(document.createElement("a"), { href: url, download: name, rel: "noreferrer" });
  document.body.append(link);
  link.click();
  link.remove();
}
