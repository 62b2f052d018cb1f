// Sign in with a token, or with user name and secret.
import { html, useEffect, useRef, useState } from "./html.js";
import { ROOT } from "./api.js";
import { farewell, signIn, signInAs } from "./session.js";
import { Failure, Field, Notice } from "./ui.js";

const WAYS = { token: "Token", password: "User name and secret" };

export function SignIn() {
  const [way, setWay] = useState("token");
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const first = useRef(null);
  useEffect(() => { document.title = "Sign in · Rosetta"; }, []);
  useEffect(() => first.current.focus(), [way]);

  async function submit(event) {
    event.preventDefault();
    const { token, user, secret, keep } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      await (way === "token" ? signIn(token.trim(), keep) : signInAs(user.trim(), secret, keep));
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
      first.current?.focus();
    }
  }

  const choose = (event) => { setWay(event.target.value); setError(null); };
  return html`
    <main class="sign-in" id="content">
      <form class="card" onSubmit=${submit}>
        <img src=${new URL("icon.svg", import.meta.url)} alt="" width="44" height="44" />
        <h1>Sign in to Rosetta</h1>
        <p class="lead">One catalogue of images, six views of it.</p>
        ${farewell() && !error && html`<${Notice} kind="wait">${farewell()}<//>`}
        ${error && html`<${Failure} error=${error} />`}
        <fieldset class="segments">
          <legend class="unseen">Sign in with</legend>
          ${Object.entries(WAYS).map(([name, label]) => html`
            <label key=${name}><input type="radio" name="way" value=${name} checked=${way === name} onChange=${choose} /><span>${label}</span></label>`)}
        </fieldset>
        ${way === "token"
          ? html`<${Field} label="Token" id="token"><input key="token" id="token" name="token" type="password" autocomplete="off" spellcheck=${false} required ref=${first} /><//>`
          : html`<${Field} label="User name" id="user"><input key="user" id="user" name="user" autocomplete="username" spellcheck=${false} required ref=${first} /><//>
              <${Field} label="Secret" id="secret"><input key="secret" id="secret" name="secret" type="password" autocomplete="current-password" required /><//>`}
        <label class="check"><input type="checkbox" name="keep" value="yes" /><span>Stay signed in until this tab is closed</span></label>
        <button class="primary wide" disabled=${busy}>${busy ? "Signing in…" : "Sign in"}</button>
      </form>
      <p class="aside">No token yet? Ask your administrator, or read the <a href="${ROOT}/docs">API reference</a>.</p>
    </main>`;
}
