// The function as CloudFront runs it: a script with a `handler` and no modules.
const { test } = require("node:test");
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const code = fs.readFileSync(path.join(__dirname, "viewer.js"), "utf8");
const scope = vm.createContext({});
vm.runInContext(code, scope);

function handle(headers, ip = "192.0.2.7") {
  const request = { method: "GET", uri: "/sign-in", querystring: {}, headers, cookies: {} };
  const answer = scope.handler({ version: "1.0", viewer: { ip }, request });
  return { answer, headers: JSON.parse(JSON.stringify(answer.headers ?? {})) };
}

test("it says the viewer's host and address", () => {
  const { answer, headers } = handle({ host: { value: "acme.portal.example" } });
  assert.equal(answer.uri, "/sign-in");
  assert.deepEqual(headers["x-portal-host"], { value: "acme.portal.example" });
  assert.deepEqual(headers["x-portal-viewer"], { value: "192.0.2.7" });
});

test("a host is the same in capitals, and an address may be of version 6", () => {
  const { headers } = handle({ host: { value: "Acme.Portal.Example" } }, "2001:db8::1");
  assert.equal(headers["x-portal-host"].value, "acme.portal.example");
  assert.equal(headers["x-portal-viewer"].value, "2001:db8::1");
});

test("what a viewer says under our names is dropped, however often and in any case", () => {
  const twice = [{ value: "a" }, { value: "b" }];
  const { headers } = handle({
    host: { value: "acme.portal.example" },
    accept: { value: "text/html" },
    "x-portal-host": { value: "rival.portal.example", multiValue: twice },
    "x-portal-viewer": { value: "198.51.100.1" },
    "x-portal-secret": { value: "guessed" },
    "X-Portal-Later": { value: "a name that isn't ours yet" },
  });
  assert.deepEqual(headers, {
    host: { value: "acme.portal.example" },
    accept: { value: "text/html" },
    "x-portal-host": { value: "acme.portal.example" },
    "x-portal-viewer": { value: "192.0.2.7" },
  });
});

test("a host that is none gets no further", () => {
  for (const host of [undefined, { value: "" }, { value: "a b" }, { value: "a".repeat(254) }, { value: "a/b" },
    { value: "a", multiValue: [{ value: "a" }, { value: "b" }] }]) {
    const { answer } = handle(host ? { host } : {});
    assert.equal(answer.statusCode, 400, JSON.stringify(host));
  }
});

test("it fits into CloudFront: 10 KB, and nothing that its runtime lacks", () => {
  assert.ok(Buffer.byteLength(code) < 10 * 1024);
  assert.doesNotMatch(code, /\b(require|import|process|fetch|setTimeout|eval)\b/);
});
