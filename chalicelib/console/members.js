// The members of an image, and their answers.
import { html, useId, useState } from "./html.js";
import { call } from "./session.js";
import { Busy, Empty, Failure, Field, Instant, Notice, useLoaded } from "./ui.js";

export function Members({ image, session, rights }) {
  const path = `/v2/images/${image.id}/members`;
  const { data, error, busy, reload } = useLoaded((signal) => call("GET", path, { signal }), [image.id]);
  const [refusal, setRefusal] = useState(null);
  const act = async (...request) => {
    setRefusal(null);
    try { await call(...request); reload(); } catch (failed) { setRefusal(failed); }
  };
  if (error?.status === 403 || error?.status === 404) return html`<${Empty} title="No members">An image that is ${image.visibility} has no members. Make it shared to add some.<//>`;
  if (error) return html`<${Failure} error=${error} retry=${reload} />`;
  if (!data) return html`<${Busy} />`;
  const { members } = data.document;
  const mine = rights.answer && members.find((member) => member.member_id === session.tenant);
  return html`
    ${refusal && html`<${Failure} error=${refusal} />`}
    ${mine && html`<${Notice} title="This image is shared with you.">${mine.status === "accepted" ? "It is in your lists." : "Accept it to have it in your lists."}
      ${mine.status !== "accepted" && html` <button type="button" onClick=${() => act("PUT", `${path}/${mine.member_id}`, { body: { status: "accepted" } })}>Accept</button>`}
      ${mine.status !== "rejected" && html` <button type="button" onClick=${() => act("PUT", `${path}/${mine.member_id}`, { body: { status: "rejected" } })}>Reject</button>`}<//>`}
    ${members.length > 0 && html`
      <div class="scroll listed" tabindex="0" role="region" aria-label="List of members"><table class="cards" aria-busy=${busy}><thead><tr><th scope="col">Tenant</th><th scope="col">Answer</th><th scope="col">Since</th>${rights.share && html`<th scope="col"><span class="unseen">Actions</span></th>`}</tr></thead>
        <tbody>${members.map((member) => html`<tr key=${member.member_id}><th scope="row">${member.member_id}</th><td data-label="Answer">${member.status}</td><td data-label="Since"><${Instant} at=${member.updated_at} /></td>
          ${rights.share && html`<td class="number"><button type="button" class="quiet small" aria-label=${`Remove ${member.member_id}`} onClick=${() => act("DELETE", `${path}/${encodeURIComponent(member.member_id)}`)}>Remove</button></td>`}</tr>`)}</tbody></table></div>`}
    ${members.length === 0 && html`<${Empty} title="Shared with nobody yet">${rights.share ? "Add a tenant below. The image appears in its lists once it has accepted." : ""}<//>`}
    ${rights.share && html`<${Add} onAdd=${(member) => act("POST", path, { body: { member } })} />`}`;
}

function Add({ onAdd }) {
  const id = useId();
  const submit = (event) => {
    event.preventDefault();
    onAdd(new FormData(event.target).get("member").trim());
    event.target.reset();
  };
  return html`<form class="inline" onSubmit=${submit}><${Field} label="Share with tenant" id=${id}><input id=${id} name="member" required maxlength="255" spellcheck=${false} /><//><button>Share</button></form>`;
}
