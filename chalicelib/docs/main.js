"use strict";
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

/* Parts of Swagger UI outside of its landmarks. */
const PARTS = [
  [".information-container", "region", "Introduction"],
  [".schemes-server-container", "region", "Server and credentials"],
  [".filter-container", "search", "Operations"],
];

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
    document.querySelector("#servers")?.setAttribute("aria-label", "Server");
    for (const [part, role, label] of PARTS) {
      const found = document.querySelector(part);
      found?.setAttribute("role", role);
      found?.setAttribute("aria-label", label);
    }
  },
  requestInterceptor: (request) => ({ ...request, credentials: "omit" }),
});
