// An image as each dialect shows it to the caller, side by side.
import { html } from "./html.js";
import { ROOT, Refusal, send } from "./api.js";
import { FACTS, compare, read } from "./comparison.js";
import { Busy, Copy, Failure, useLoaded } from "./ui.js";

export const DIALECTS = {
  glance_v2: "Glance v2", glance_v1: "Glance v1", foreman: "Foreman", scaleway: "Scaleway", qingcloud: "QingCloud", devops_service: "devops-service",
};
const PLACELESS = "It shows images below a compute resource, an operating system or an architecture; this one is below none of yours.";
const HIDDEN = { 403: "It does not show this image to you.", 404: "It does not show this image to you." };

// The credentials of a request, in each dialect's scheme.
function credentials(scheme, { user, token }) {
  if (scheme === "token") return { "X-Auth-Token": token };
  if (scheme === "bearer") return { Authorization: `Bearer ${token}` };
  const bytes = new TextEncoder().encode(`${user}:${token}`);
  return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

// The curl command for the same request, with the token in a variable.
export function curl({ target, scheme, method }, user) {
  const quoted = user.replace(/["\\$`]/g, "\\$&");
  const shown = { token: '-H "X-Auth-Token: $TOKEN"', bearer: '-H "Authorization: Bearer $TOKEN"', basic: `-u "${quoted}:$TOKEN"` }[scheme];
  return `curl ${shown}${method === "HEAD" ? " --head" : ""} "${location.origin}${ROOT}${target}"`;
}

async function look(name, sight, session, signal) {
  if (!sight) return { name, absent: PLACELESS };
  const started = performance.now();
  try {
    const answer = await send(sight.method, sight.target, { headers: credentials(sight.scheme, session), signal });
    const text = await answer.text();
    const seen = { name, sight, status: answer.status, ms: Math.round(performance.now() - started) };
    if (!answer.ok) return { ...seen, text, absent: HIDDEN[answer.status] ?? `It answered ${answer.status}.` };
    const { raw, facts } = read(name, answer.headers, text);
    return { ...seen, text: raw, facts };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { name, sight, absent: error.message };
  }
}

export function Views({ image, views, session }) {
  const load = (signal) => Promise.all(Object.keys(DIALECTS).filter((name) => name in views).map((name) => look(name, views[name], session, signal)));
  const { data, error, reload } = useLoaded(load, [image.id]);
  if (error) return html`<${Failure} error=${error} retry=${reload} />`;
  if (!data) return html`<${Busy}>Asking six dialects…<//>`;
  const shown = data.filter(({ facts }) => facts);
  const rows = compare(shown);
  return html`
    <p class="lead">This image as each dialect shows it now to your token. <mark>Marked</mark> values differ from Glance v2's; <span class="lost">no word</span> means that a dialect does not have the fact.</p>
    <${Comparison} shown=${shown} rows=${rows} />
    <div class="groups">${data.map((seen) => html`<${Card} key=${seen.name} seen=${seen} rows=${rows} user=${session.user} />`)}</div>`;
}

const Comparison = ({ shown, rows }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label="Comparison of the dialects">
    <table class="comparison">
      <thead><tr><th scope="col">Fact</th>${shown.map(({ name }) => html`<th scope="col" key=${name}>${DIALECTS[name]}</th>`)}</tr></thead>
      <tbody>${rows.map(({ label, cells }) => html`
        <tr key=${label}><th scope="row">${label}</th>${shown.map(({ name }) => html`<td key=${name}><${Cell} cell=${cells[name]} /></td>`)}</tr>`)}</tbody>
    </table>
  </div>`;

function Cell({ cell }) {
  if (!cell) return html`<span class="lost">no word</span>`;
  const text = html`<span class="value">${cell.text}</span><span class="hint word">${cell.field}</span>`;
  return cell.differs ? html`<mark>${text}</mark>` : text;
}

function Card({ seen, rows, user }) {
  const { name, sight, status, ms, absent, text } = seen;
  const lost = rows.filter(({ cells }) => !cells[name]).map(({ label }) => label.toLowerCase());
  const command = sight && curl(sight, user);
  return html`
    <section class="card view"><h2>${DIALECTS[name]}${status && html` <span class="hint">${status} in ${ms} ms</span>`}</h2>
      ${absent ? html`<p>${absent}</p>` : html`<p>${lost.length === 0 ? `Shows all ${rows.length} facts.` : html`Shows ${rows.length - lost.length} of ${rows.length} facts. <b>Lost:</b> ${lost.join(", ")}.`}</p>`}
      ${command && html`<div class="command"><pre tabindex="0" aria-label=${`curl for ${DIALECTS[name]}`}>${command}</pre><${Copy} text=${command} /></div>`}
      ${text && html`<details><summary>Response</summary><pre class="answer" tabindex="0">${text}</pre></details>`}
    </section>`;
}
