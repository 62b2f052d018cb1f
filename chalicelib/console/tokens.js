// The caller's tokens, with permissions and expiry; secrets of new ones are shown once.
import { html, useId, useRef, useState } from "./html.js";
import { formatDay } from "./format.js";
import { ask } from "./api.js";
import { call, signOut } from "./session.js";
import { Busy, Copy, Dialog, Empty, Failure, Field, Instant, Notice, Title, useLoaded } from "./ui.js";

const POLICIES = {
  read_images: "Read images", create_image: "Create and change images", delete_image: "Delete images", publicize_image: "Publish images", admin: "Administer all images",
};
const inOrder = (policies) => Object.keys(POLICIES).filter((policy) => policies.includes(policy));
const NONE = { 400: "Your token belongs to no tenant, so it can't create tokens.", 401: "You are signed in with a Keystone token, which can't create tokens here." };
const DAY = 24 * 60 * 60;
const LIVES = { 1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days", 365: "1 year" };

export default function Tokens({ session }) {
  const { data, error, busy, reload } = useLoaded((signal) => ask("GET", "/v1/tokens", { token: session.token, signal }), []);
  const [open, setOpen] = useState(false);
  const [ending, setEnding] = useState(null);
  const [made, setMade] = useState(null);
  const tokens = data?.document.tokens;
  if (NONE[error?.status]) return html`<${Title} text="Tokens" /><${Empty} title="No tokens to list">${NONE[error.status]}<//>`;
  return html`
    <${Title} text="Tokens"><button type="button" class="primary" disabled=${!session.tenant} onClick=${() => setOpen(true)}>New token</button><//>
    <p class="lead">Create one for each program and machine, with only the permissions it needs. Revoking a token also revokes those created with it.</p>
    ${made && html`<${Secret} made=${made} onHide=${() => setMade(null)} />`}
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${!data && busy && html`<${Busy} />`}
    ${tokens?.length > 0 && html`<${Table} tokens=${tokens} session=${session} busy=${busy} onEnd=${setEnding} />`}
    ${open && html`<${Create} session=${session} onClose=${() => setOpen(false)} onMade=${(token) => { setOpen(false); setMade(token); reload(); }} />`}
    ${ending && html`<${End} token=${ending} own=${ending.id === session.id} onClose=${() => setEnding(null)} onEnded=${() => { setEnding(null); reload(); }} />`}`;
}

const Table = ({ tokens, session, busy, onEnd }) => html`
  <div class="scroll listed"><table class="cards" aria-busy=${busy}>
    <thead><tr>${["Name", "Id", "Permissions", "Created", "Last used", "Expires"].map((label) => html`<th scope="col" key=${label}>${label}</th>`)}<th scope="col"><span class="unseen">Actions</span></th></tr></thead>
    <tbody>${tokens.map((token) => html`
      <tr key=${token.id}><th scope="row">${token.name ?? html`<i>Unnamed</i>`}${token.id === session.id && html` <span class="chip">this session</span>`}</th>
        <td data-label="Id"><code>${token.id}</code></td>
        <td data-label="Permissions" class="wrapping">${inOrder(token.policies).join(", ") || "nothing"}</td>
        <td data-label="Created"><${Instant} at=${token.created_at} relative /></td>
        <td data-label="Last used">${token.last_used_at ? formatDay(`${token.last_used_at}T00:00:00`) : "never"}</td>
        <td data-label="Expires">${token.expires_at ? html`<${Instant} at=${token.expires_at} relative />` : "never"}</td>
        <td class="number"><button type="button" class="quiet small" aria-label=${`Revoke ${token.name ?? token.id}`} onClick=${() => onEnd(token)}>Revoke</button></td></tr>`)}
    </tbody></table></div>`;

const Secret = ({ made, onHide }) => html`
  <${Notice} kind="good" title="Copy the secret now: it is not stored, and not shown again.">
    <div class="command"><pre tabindex="0" aria-label="Secret of the new token">${made.secret}</pre><${Copy} text=${made.secret} /></div>
    <p class="hint">${made.name} · expires ${formatDay(made.expires_at)}</p><button type="button" class="small" onClick=${onHide}>I have it</button><//>`;

function Create({ session, onClose, onMade }) {
  const id = useId();
  const sent = useRef(false); // a double click creates one token
  const [refusal, setRefusal] = useState(null);
  const offered = session.admin ? Object.keys(POLICIES) : inOrder(session.policies);
  async function submit(event) {
    event.preventDefault();
    if (sent.current) return;
    const form = new FormData(event.target);
    const token = { name: form.get("name").trim(), policies: form.getAll("policy"), expires_in: Number(form.get("days")) * DAY };
    sent.current = true;
    try {
      const { document } = await call("POST", "/v1/tokens", { body: { token } });
      onMade(document.token);
    } catch (failed) {
      sent.current = false;
      setRefusal(failed);
    }
  }
  return html`
    <${Dialog} title="New token" onClose=${onClose}>
      <form onSubmit=${submit}>
        ${refusal && html`<${Failure} error=${refusal} />`}
        <${Field} label="Name" hint="What it is for, e.g. nightly build" id="${id}-name"><input id="${id}-name" name="name" required maxlength="255" autocomplete="off" aria-describedby="${id}-name-hint" /><//>
        <fieldset class="field"><legend><b>Permissions</b></legend>${offered.map((policy) => html`
          <label class="check" key=${policy}><input type="checkbox" name="policy" value=${policy} defaultChecked=${policy === "read_images"} /><span>${POLICIES[policy] ?? policy}</span></label>`)}</fieldset>
        <${Field} label="Expires after" hint=${session.end ? `At the latest with yours: ${formatDay(session.end)}` : ""} id="${id}-days"><select id="${id}-days" name="days" defaultValue="30">
          ${Object.entries(LIVES).map(([days, label]) => html`<option key=${days} value=${days} selected=${days === "30"}>${label}</option>`)}</select><//>
        <footer><button type="button" onClick=${onClose}>Cancel</button><button class="primary">Create</button></footer>
      </form>
    <//>`;
}

function End({ token, own, onClose, onEnded }) {
  const [refusal, setRefusal] = useState(null);
  const end = () => call("DELETE", `/v1/tokens/${token.id}`).then(() => (own ? signOut("You have revoked the token of this session.") : onEnded()), setRefusal);
  return html`
    <${Dialog} title=${`Revoke ${token.name ?? token.id}?`} onClose=${onClose}>
      <form method="dialog" onSubmit=${(event) => { event.preventDefault(); end(); }}>
        ${refusal && html`<${Failure} error=${refusal} />`}
        <p>Programs that use it, or tokens created with it, are refused within a minute.${own ? " You are signed in with this token." : ""}</p>
        <footer><button type="button" onClick=${onClose}>Cancel</button><button class="danger">Revoke</button></footer>
      </form>
    <//>`;
}
