// The session. The token is kept in memory and, if the user wishes, in this tab's storage; nowhere else.
import { ask, Refusal } from "./api.js";

const KEY = "rosetta-token";
const ENDED = "Your token has expired or was revoked. Sign in again.";
const WRONG = { token: "The registry does not know this token.", password: "The user name or the secret is wrong." };
let session = null;
let notice = "";
const listeners = new Set();

export const current = () => session;
export const farewell = () => notice;
export const onChange = (listener) => (listeners.add(listener), () => listeners.delete(listener));

function become(next, words = "") {
  session = next;
  notice = words;
  for (const listener of listeners) listener();
}

// Sign in with a token. Throws Refusal.
export async function signIn(token, keep) {
  const { document } = await known(token, WRONG.token);
  if (keep) sessionStorage.setItem(KEY, token);
  become(described(token, document));
}

// Sign in with user name and secret, as OpenStack's clients do. Throws Refusal.
export async function signInAs(name, secret, keep) {
  const password = { user: { name, domain: { id: "default" }, password: secret } };
  const body = { auth: { identity: { methods: ["password"], password } } };
  const { headers } = await told(ask("POST", "/identity/v3/auth/tokens", { body }), WRONG.password);
  await signIn(headers.get("X-Subject-Token"), keep);
}

// Resume the session of this tab, if it is stored.
export async function resume() {
  const token = sessionStorage.getItem(KEY);
  if (!token) return;
  try {
    await signIn(token, true);
  } catch (refusal) {
    if (refusal.status === 401) signOut(ENDED);
    else become(null, refusal.message);
  }
}

export function signOut(words = "") {
  sessionStorage.removeItem(KEY);
  become(null, words);
}

// Like `ask`, as the signed-in user; ends the session if the token is no longer valid.
export async function call(method, path, options = {}) {
  try {
    return await ask(method, path, { ...options, token: session.token });
  } catch (refusal) {
    if (refusal.status === 401) signOut(ENDED);
    throw refusal;
  }
}

const known = (token, words) => told(ask("GET", "/console/caller", { token }), words);

async function told(asking, words) {
  try {
    return await asking;
  } catch (refusal) {
    throw refusal.status === 401 ? new Refusal(401, words) : refusal;
  }
}

function described(token, { id, user, tenant, policies, expires_at: end }) {
  const admin = policies.includes("admin");
  return { token, id, user, tenant, end, policies, admin, may: (policy) => admin || policies.includes(policy) };
}
