// The page of an image: its facts and actions, and tabs for more.
import { html, useState } from "./html.js";
import { Actions } from "./actions.js";
import { call } from "./session.js";
import { Copy, Empty, Failure, Busy, Notice, Status, Title, useLoaded } from "./ui.js";
import { rightsOf } from "./rights.js";
import { Facts } from "./facts.js";
import { History } from "./history.js";
import { Members } from "./members.js";
import { Views } from "./views.js";

const TABS = [["", "Facts", Facts], ["views", "Six views", Views], ["history", "History", History], ["members", "Members", Members]];

async function load(id, signal) {
  const [shown, told] = await Promise.all([call("GET", `/v2/images/${id}`, { signal }), call("GET", `/console/views/${id}`, { signal })]);
  return { image: shown.document, version: shown.headers.get("ETag"), status: told.document.status, views: told.document.views };
}

export default function Image({ rest: [id, tab = ""], session }) {
  const [said, say] = useState(null);
  const { data, error, busy, reload } = useLoaded((signal) => load(id, signal), [id]);
  if (said?.gone) return html`<${Title} text=${said.gone} /><${said.View} ...${said} session=${session} onRestored=${() => { say(null); reload(); }} />`;
  if (error?.status === 404) return html`<${Title} text="Image not found" /><${Empty} title="There is no such image, or you may not see it"><code>${id}</code> · <a href="#/images">All images</a><//>`;
  if (error) return html`<${Title} text="Image" /><${Failure} error=${error} retry=${reload} />`;
  if (!data) return html`<${Busy} />`;
  const { image } = data;
  const rights = rightsOf(session, image, data.status);
  const tabs = TABS.filter(([name]) => rights.see[name] !== false);
  const Shown = tabs.find(([name]) => name === tab)?.[2] ?? Facts;
  const done = (words) => { say(words && { words }); reload(); };
  return html`
    <nav aria-label="Above"><a href="#/images">← Images</a></nav>
    <${Title} text=${image.name || "Image without a name"} detail=${html`<${Summary} image=${image} status=${data.status} />`}>
      <${Actions} ...${data} rights=${rights} onDone=${done} onGone=${say} /><//>
    ${said?.words && html`<${Notice} kind="good">${said.words}<//>`}
    <nav class="tabs" aria-label="About this image">${tabs.map(([name, label]) => html`
      <a key=${name} href="#/images/${id}${name && `/${name}`}" aria-current=${name === tab ? "page" : null}>${label}</a>`)}</nav>
    <div class=${busy ? "stale" : ""}><${Shown} ...${data} session=${session} rights=${rights} onDone=${done} key=${`${id} ${data.version}`} /></div>`;
}

const Summary = ({ image, status }) => html`
  <p class="summary"><${Status} status=${image.status} />${status === "deprecated" && html`<span class="status wait">deprecated</span>`}
    <span class="chip">${image.visibility}</span>${image.protected && html`<span class="chip">protected</span>`}${image.os_hidden && html`<span class="chip">hidden</span>`}
    <code>${image.id}</code><${Copy} text=${image.id} label="Copy id" /></p>`;
