// Requests to the dialects, relative to where the registry is mounted, and their errors.
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, ""); // above console/<release>/api.js
const UNREACHED = "The registry could not be reached. Check your connection, then try again.";

// A failed request: `status` is 0 without a response.
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// The URL of a path, with the query parameters that have a value.
export function address(path, query = {}) {
  const given = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  const text = new URLSearchParams(given.filter(([, value]) => value != null && value !== "")).toString();
  return ROOT + path + (text && `?${text}`);
}

// Send a request; resolves for any status. Without the browser's credentials, or it would prompt for them.
export async function send(method, path, { token, query, body, headers = {}, signal } = {}) {
  const sent = { Accept: "application/json", ...(token && { "X-Auth-Token": token }), ...headers };
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  if (text !== undefined && !sent["Content-Type"]) sent["Content-Type"] = "application/json";
  try {
    return await fetch(address(path, query), { method, headers: sent, body: text, signal, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, UNREACHED);
  }
}

// Send a request and parse the response. Throws Refusal for an error.
export async function ask(method, path, options) {
  const answer = await send(method, path, options);
  const text = await answer.text();
  const document = parsed(text);
  if (!answer.ok) throw new Refusal(answer.status, reason(document) || `The registry answered ${answer.status}.`);
  return { document, headers: answer.headers };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Find the message in any dialect's error format.
function reason(document) {
  const error = document?.error ?? document;
  const found = error?.message ?? error?.error_description ?? error;
  return typeof found === "string" ? found : found?.text;
}
