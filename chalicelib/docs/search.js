"use strict";
/* Search whole operations: method, path, summary, parameters, and fields of bodies; Swagger UI searches only titles of sections.
   Sections with matches are opened. */
const rosettaSearch = (system) => {
  const texts = new Map();
  let read = null;

  const mentioned = (value, document, seen) => {
    for (const [, pointer] of JSON.stringify(value).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      if (!seen.has(pointer)) {
        seen.set(pointer, pointer.split("/").reduce((inner, key) => inner?.[key], document));
        mentioned(seen.get(pointer), document, seen);
      }
    }
    return seen;
  };

  const textOf = (operation) => {
    const id = operation.get("id");
    if (!texts.has(id)) {
      read ??= system.specSelectors.specJson().toJS();
      const told = operation.get("operation").toJS();
      const shapes = [...mentioned(told, read, new Map()).values()];
      texts.set(id, `${operation.get("method")} ${operation.get("path")} ${JSON.stringify([told, shapes])}`.toLowerCase());
    }
    return texts.get(id);
  };

  return {
    fn: {
      opsFilter: (sections, phrase) => {
        const words = phrase.toLowerCase().split(/\s+/);
        const isFound = (operation) => words.every((word) => textOf(operation).includes(word));
        return sections
          .map((section) => section.update("operations", (operations) => operations.filter(isFound)))
          .filter((section) => section.get("operations").size > 0);
      },
    },
    statePlugins: {
      layout: {
        wrapSelectors: {
          isShown: (original) => (state, thing, usual) =>
            original(thing, usual || (thing[0] === "operations-tag" && typeof state.get("filter") === "string")),
        },
      },
    },
  };
};
