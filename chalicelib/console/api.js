// Requests to the dialects, below wherever the registry is mounted, and what is wrong with their answers.
export const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, ""); // above console/<release>/api.js
const UNREACHED = "The registry could not be reached. Check your connection, then try again.";

// A refusal: `status` is 0 if no answer came.
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// The address of a path, with the parameters that have a value.
export function address(path, query = {}) {
  const given = Object.entries(query).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  const text = new URLSearchParams(given.filter(([, value]) => value != null && value !== "")).toString();
  return ROOT + path + (text && `?${text}`);
}

// An answer of any status. Never with the browser's own credentials: it would ask the user for some.
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

// The document of an answer; raises Refusal if the answer is one.
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

// Each dialect words its refusals in a shape of its own.
function reason(document) {
  const error = document?.error ?? document;
  const found = error?.message ?? error?.error_description ?? error;
  return typeof found === "string" ? found : found?.text;
}
