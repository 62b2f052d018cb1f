"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

/* Without the browser's own credentials: it would prompt for them after each 401. */
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  filter: true,
  validatorUrl: null,
  plugins: [rosettaSearch],
  onComplete: () => {
    const search = document.querySelector(".operation-filter-input");
    search.placeholder = "Search operations, parameters and fields";
    search.setAttribute("aria-label", search.placeholder);
  },
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});
