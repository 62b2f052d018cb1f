// Actions on an image. Requests name the version they act on, so concurrent changes are never overwritten.
import { html, useId, useState } from "./html.js";
import { download } from "./download.js";
import { Edit, patchImage } from "./edit.js";
import { call } from "./session.js";
import { Dialog, Failure, Field, Notice, Busy, useLoaded } from "./ui.js";

const CHANGED = "Somebody has changed this image since you opened it. Look at what it is now, and try again.";

export function Actions({ image, version, rights, onDone, onGone }) {
  const [open, setOpen] = useState("");
  const [refusal, setRefusal] = useState(null);
  const close = () => { setOpen(""); setRefusal(null); };
  const act = async (words, work) => {
    setRefusal(null);
    try {
      await work();
      close();
      onDone(words);
    } catch (failed) {
      if (failed.status === 412) { onDone(""); setRefusal({ message: CHANGED }); } else setRefusal(failed);
    }
  };
  const order = (word, words) => () => act(words, () => call("POST", `/v1/images/${image.id}/actions/${word}`));
  const protect = () => act(image.protected ? "It is no longer protected from deletion." : "It is protected from deletion.",
    () => patchImage(image.id, version, [{ op: "replace", path: "/protected", value: !image.protected }]));
  const Button = ({ may, onClick, children, kind = "" }) => may && html`<button type="button" class=${kind} onClick=${onClick}>${children}</button>`;
  return html`
    <${Button} may=${rights.download} onClick=${() => act("", () => download(image))}>Download<//>
    <${Button} may=${rights.change} onClick=${() => setOpen("edit")}>Edit<//>
    <${Button} may=${rights.change} onClick=${protect}>${image.protected ? "Unprotect" : "Protect"}<//>
    <${Button} may=${rights.reactivate} onClick=${order("reactivate", "It is active again.")}>Reactivate<//>
    <${Button} may=${rights.deprecate} onClick=${order("deprecate", "It is deprecated: it can still be used, but not for new machines.")}>Deprecate<//>
    <${Button} may=${rights.deactivate} onClick=${order("deactivate", "It is deactivated: it can't be downloaded.")}>Deactivate<//>
    <${Button} may=${rights.delete && !image.protected} kind="danger" onClick=${() => setOpen("delete")}>Delete<//>
    ${refusal && !open && html`<${Failure} error=${refusal} />`}
    ${open === "edit" && html`<${Edit} image=${image} version=${version} rights=${rights} onClose=${close} onDone=${(words) => { close(); onDone(words); }} />`}
    ${open === "delete" && html`<${Delete} image=${image} version=${version} onClose=${close} onGone=${onGone} />`}`;
}

function Delete({ image, version, onClose, onGone }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [refusal, setRefusal] = useState(null);
  const name = image.name || image.id;
  const submit = async (event) => {
    event.preventDefault();
    try {
      await call("DELETE", `/v2/images/${image.id}`, { headers: { "If-Match": version } });
      onGone({ gone: `${name} was deleted`, View: Gone, image });
    } catch (failed) {
      setRefusal(failed.status === 412 ? { message: CHANGED } : failed);
    }
  };
  return html`
    <${Dialog} title="Delete this image?" onClose=${onClose}>
      <form onSubmit=${submit}>
        <p>It will be gone from all dialects. To confirm, type <code>${name}</code></p>
        ${refusal && html`<${Failure} error=${refusal} />`}
        <${Field} label="Name of the image" id=${id}><input id=${id} value=${typed} onInput=${(event) => setTyped(event.target.value)} autocomplete="off" spellcheck=${false} /><//>
        <footer><button type="button" onClick=${onClose}>Cancel</button><button class="danger" disabled=${typed !== name}>Delete</button></footer>
      </form>
    <//>`;
}

// After a deletion: restore the image, if the registry delays deletions.
function Gone({ image, onRestored }) {
  const [refusal, setRefusal] = useState(null);
  const query = { "changes-since": image.updated_at, status: "pending_delete", name: image.name, limit: 100 };
  const { data, error } = useLoaded(async (signal) => {
    const { document } = await call("GET", "/v1/images/detail", { query, signal });
    return { waits: document.images.some(({ id }) => id === image.id) };
  }, [image.id]);
  const restore = () => call("POST", `/v1/images/${image.id}/restore`).then(onRestored, setRefusal);
  if (!data && !error) return html`<${Busy} />`;
  return html`
    ${refusal && html`<${Failure} error=${refusal} />`}
    ${data?.waits ? html`<${Notice} kind="wait">It can be restored until its data is removed.<//>` : html`<${Notice}>It cannot be restored.<//>`}
    <p class="row">${data?.waits && html`<button type="button" class="primary" onClick=${restore}>Restore</button>`}<a href="#/images">All images</a>${data?.waits && html`<a href="#/deleted">Deleted images</a>`}</p>`;
}
