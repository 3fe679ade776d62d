// Stands where CloudFront stands, for `make deploy-local`: runs infra/edge/viewer.js
// for each request, adds the origin's secret, asks the API, and gives assets from
// their bucket. It tells of the mail that was sent, too, for the browser tests.
//
//   front.mjs '{"port", "cert", "key", "aws", "api", "assets", "secret"}'
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import vm from "node:vm";

const told = JSON.parse(process.argv[2]);
const aws = new URL(told.aws);
const scope = vm.createContext({});
vm.runInContext(readFileSync(new URL("../infra/edge/viewer.js", import.meta.url), "utf8"), scope);

/** What CloudFront would send on, or an answer of the function's own. */
function viewed(request) {
  const headers = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = { value: String(value) };
  const ip = request.socket.remoteAddress.replace("::ffff:", "");
  const event = { version: "1.0", viewer: { ip }, request: { method: request.method, uri: request.url, headers } };
  return scope.handler(event);
}

function pass(request, response, path, headers) {
  const asked = http.request(
    { host: aws.hostname, port: aws.port, method: request.method, path, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    },
  );
  asked.on("error", () => response.writeHead(502).end());
  request.pipe(asked);
}

async function mail(response) {
  const answer = await fetch(`${told.aws}/_ministack/ses/messages`);
  const { messages } = await answer.json();
  const letters = Object.values(messages).flat().sort((a, b) => b.Timestamp - a.Timestamp);
  const links = (text) => [...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(letters.map((letter) => ({
    to: letter.To.join(", "),
    subject: letter.Subject,
    text: letter.BodyText,
    html: letter.BodyHtml,
    links: links(letter.BodyText),
  }))));
}

const options = { cert: readFileSync(told.cert), key: readFileSync(told.key) };
const server = https.createServer(options, (request, response) => {
  if (request.url === "/mail.json") return mail(response);
  if (request.url.startsWith("/assets/")) return pass(request, response, `/${told.assets}${request.url}`, { host: aws.host });
  const { statusCode, headers } = viewed(request);
  if (statusCode) return response.writeHead(statusCode).end();
  const sent = Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]));
  const host = `${told.api}.execute-api.localhost:${aws.port}`;
  return pass(request, response, request.url, { ...sent, host, "x-portal-secret": told.secret });
});
server.listen(told.port, () => console.log("ready"));
