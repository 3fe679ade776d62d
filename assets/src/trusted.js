// Markup that a script puts into the page passes here. A parsed document runs
// nothing; anything else may hold no script and no handler.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html, _type, sink) =>
    /^(DOMParser parseFromString|Document parseHTMLUnsafe)$/.test(sink) || !/<script|\son\w+\s*=/i.test(html) ? html : null,
});
