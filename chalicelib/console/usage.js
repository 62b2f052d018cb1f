// The usage and quotas of a tenant.
import { html, useId } from "./html.js";
import { formatBytes, formatCount } from "./format.js";
import { call } from "./session.js";
import { Busy, Empty, Failure, Field, Title, useLoaded } from "./ui.js";

export default function Usage({ query, session }) {
  const tenant = query.tenant || session.tenant;
  const load = async (signal) => (tenant ? (await call("GET", "/v1/usage", { query: { tenant }, signal })).document.usage : {});
  const { data, error, reload } = useLoaded(load, [tenant]);
  return html`
    <${Title} text=${tenant ? `Usage of ${tenant}` : "Usage"} />
    ${session.admin && html`<${Choose} tenant=${query.tenant ?? ""} />`}
    ${error && html`<${Failure} error=${error} retry=${reload} />`}
    ${!data && !error && html`<${Busy} />`}
    ${data && (data.tenant ? html`<${Numbers} usage=${data} />` : html`<${Empty} title="No tenant">Your token belongs to no tenant${session.admin ? ": enter one above." : ", so it has no usage."}<//>`)}`;
}

const Numbers = ({ usage }) => html`
  <div class="figures">
    <section class="card"><h2>Images</h2><p class="figure">${formatCount(usage.images)}</p><p class="hint">${formatCount(usage.public_images)} of them public</p></section>
    <${Used} title="Bytes" used=${usage.bytes} most=${usage.bytes_allowed} show=${formatBytes} none="No quota" />
    <${Used} title="Shared with this tenant" used=${usage.shared_images} most=${usage.shared_images_allowed} show=${formatCount} none="No limit" />
  </div>`;

function Used({ title, used, most, show, none }) {
  const id = useId();
  return html`
    <section class="card"><h2 id=${id}>${title}</h2><p class="figure">${show(used)}</p>
      ${most === null ? html`<p class="hint">${none}</p>` : html`
        <meter aria-labelledby=${id} min="0" max=${most} high=${most * 0.9} value=${Math.min(used, most)}></meter>
        <p class="hint">of ${show(most)} · ${most ? new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 }).format(used / most) : "nothing is allowed"}</p>`}
    </section>`;
}

function Choose({ tenant }) {
  const id = useId();
  const submit = (event) => { event.preventDefault(); location.hash = `#/usage?${new URLSearchParams(new FormData(event.target))}`; };
  return html`<form class="inline" onSubmit=${submit}><${Field} label="Tenant" id=${id}><input key=${tenant} id=${id} name="tenant" defaultValue=${tenant} spellcheck=${false} /><//><button>Show</button></form>`;
}
