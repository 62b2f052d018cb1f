// The console: the session, the view that the address names, and the frame around it.
import { html, render, useEffect, useState } from "./html.js";
import { ROOT } from "./api.js";
import { current, onChange, resume, signOut } from "./session.js";
import { SignIn } from "./sign-in.js";
import { Busy, Empty, Notice, Title } from "./ui.js";

const MODULES = {
  images: () => import("./images.js"),
  image: () => import("./image.js"),
  upload: () => import("./upload.js"),
  jobs: () => import("./jobs.js"),
  tokens: () => import("./tokens.js"),
  usage: () => import("./usage.js"),
  deleted: () => import("./deleted.js"),
  tenants: () => import("./tenants.js"),
};
const PLACES = [["images", "Images"], ["upload", "Upload"], ["jobs", "Jobs"], ["tokens", "Tokens"], ["usage", "Usage"]];
const ADMINISTRATORS = [["tenants", "Tenants"]];

// `#/images/1234/views?sort=name` → the view `image`, ["1234", "views"], and the query.
export function readRoute(hash) {
  const [path, query = ""] = hash.replace(/^#?\/?/, "").split("?");
  const [place = "", ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  const view = !place ? "images" : place === "images" && rest.length ? "image" : place;
  return { view, place: place || "images", rest, query: Object.fromEntries(new URLSearchParams(query)) };
}

function useRoute() {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const read = () => setRoute(readRoute(location.hash));
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}

function View({ route, session }) {
  const [loaded, setLoaded] = useState({});
  const { view } = route;
  useEffect(() => {
    let left = false;
    MODULES[view]?.().then((module) => left || setLoaded({ view, Shown: module.default }), (error) => left || setLoaded({ view, error }));
    return () => { left = true; };
  }, [view]);
  if (!MODULES[view]) return html`<${Title} text="Nothing here" /><${Empty} title="This page does not exist">Go to the <a href="#/images">images</a>.<//>`;
  if (loaded.view !== view) return html`<${Busy} />`;
  if (loaded.error) return html`<${Notice} kind="bad" retry=${() => location.reload()}>This page could not be loaded; there may be a newer release.<//>`;
  return html`<${loaded.Shown} ...${route} session=${session} />`;
}

const Frame = ({ route, session }) => html`
  <a class="skip" href="#content" onClick=${(event) => { event.preventDefault(); document.querySelector("h1")?.focus(); }}>Skip to the content</a>
  <header class="bar">
    <a class="brand" href="#/images"><img src=${new URL("icon.svg", import.meta.url)} alt="" width="26" height="26" />Rosetta</a>
    <nav aria-label="Main">${[...PLACES, ...(session.admin ? ADMINISTRATORS : [])].map(([place, label]) => html`<a key=${place} href="#/${place}" aria-current=${route.place === place ? "page" : null}>${label}</a>`)}<a href="${ROOT}/docs">API</a></nav>
    <div class="who"><span title=${`Policies: ${session.policies.join(", ") || "none"}`}><b>${session.user}</b>${session.tenant && html`<span class="tenant">${session.tenant}</span>`}</span>
      <button type="button" class="quiet" onClick=${() => signOut()}>Sign out</button></div>
  </header>
  <main id="content" class="page"><${View} route=${route} session=${session} /></main>`;

function Console() {
  const [, redraw] = useState(0);
  useEffect(() => onChange(() => redraw((before) => before + 1)), []);
  const route = useRoute();
  const session = current();
  return session ? html`<${Frame} route=${route} session=${session} />` : html`<${SignIn} />`;
}

await resume();
render(html`<${Console} />`, document.getElementById("app"));
