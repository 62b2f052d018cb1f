// One image.
import { html } from "./html.js";
import { call } from "./session.js";
import { Busy, Failure, Title, useLoaded } from "./ui.js";

export default function Image({ rest: [id] }) {
  const { data, error, reload } = useLoaded((signal) => call("GET", `/v2/images/${id}`, { signal }), [id]);
  if (error) return html`<${Title} text="Image" /><${Failure} error=${error} retry=${reload} />`;
  if (!data) return html`<${Busy} />`;
  const facts = Object.entries(data.document).filter(([, value]) => value !== null && value !== "");
  return html`
    <${Title} text=${data.document.name || "Image without a name"} />
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`;
}
