// `inbank serve` with two shops at sandboxes of their own, a shop's server that takes webhooks, and a browser.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, open, staged } from "./shop.mjs";

/// Who may what: everything, the orders of one shop, look at them, the orders of the other.
export const TOKENS = {
  admin: "token-that-may-do-everything",
  merchant: "token-that-decides-in-the-main-shop",
  reader: "token-that-reads-the-main-shop",
  other: "token-that-decides-in-the-other-shop",
};

const CART = { product: "hire_purchase_approval", amount: "499.90", currency: "EUR", locale: "et-EE" };

/// A port that nobody listens at: the bank is told where its callbacks go before the service listens.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/// A shop's own server: it answers webhooks with the status that it is told.
async function receiver() {
  const taken = { status: 204, ids: [] };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      taken.ids.push(request.headers["webhook-id"]);
      response.writeHead(taken.status).end(taken.status === 204 ? undefined : "<b>out of order</b>");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => new Promise((done) => server.close(done).closeAllConnections());
  return Object.assign(taken, { url: `http://127.0.0.1:${server.address().port}/events`, stop });
}

/// A shop of the configuration's file, without its webhook.
const shop = (name, sandbox) => `
[[shops]]
id = "${name}"
region = "estonia"
base_url = "${sandbox.base_url}"
shop_uuid_env = "${name.toUpperCase()}_UUID"
api_keys_env = "${name.toUpperCase()}_KEYS"
`;

const token = (name, scope, shop) => `
[[tokens]]
env = "${name.toUpperCase()}_TOKEN"
scope = "${scope}"
shops = ["${shop}"]
`;

async function serve() {
  const [main, other, outlet] = await Promise.all([1, 2, 3].map(() => open("estonia", "sandbox")));
  const [hooks, port, folder] = await Promise.all([receiver(), freePort(), mkdtemp(join(tmpdir(), "inbank-console-"))]);
  const url = `http://127.0.0.1:${port}`;
  const config = `public_url = "${url}"
secret_key_env = "SECRET_KEY"
webhook_targets_allowed = ["127.0.0.0/8"]
api_tokens_env = "ADMIN_TOKEN"
${token("merchant", "write", "main")}${token("reader", "read", "main")}${token("other", "write", "other")}${shop("other", other)}
${shop("main", main)}
return_url = "https://shop.example.com/orders/{order_reference}"
webhook_url = "${hooks.url}"
webhook_secret_env = "WEBHOOK_SECRET"
`;
  const file = join(folder, "inbank.toml");
  await writeFile(file, config);
  const environment = {
    SECRET_KEY: "a-key-that-nobody-would-ever-guess",
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString("base64")}`,
    MAIN_UUID: main.shop,
    MAIN_KEYS: main.api_key,
    OTHER_UUID: other.shop,
    OTHER_KEYS: other.api_key,
  };
  for (const [name, secret] of Object.entries(TOKENS)) environment[`${name.toUpperCase()}_TOKEN`] = secret;
  const command = ["serve", "--config", file, "--listen", `127.0.0.1:${port}`, "--database", `sqlite:${join(folder, "inbank.db")}`];
  const service = await launch(command, environment);
  const stop = async () => {
    await service.stop();
    await Promise.all([main, other, outlet].map((sandbox) => sandbox.stop()));
    await hooks.stop();
    await rm(folder, { recursive: true });
  };
  return { url, console: `${url}/console`, sandboxes: { main, other, outlet }, hooks, stop };
}

/// A service and a browser for the tests of a file.
export const scene = () => staged(serve);

/// Calls the service's API.
export async function call({ url }, method, path, body, token = TOKENS.admin) {
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

/// Has a sandbox do something.
export async function control(sandbox, path, body) {
  const answer = await fetch(`${sandbox.base_url}/sandbox/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${sandbox.api_key}` },
    body: JSON.stringify(body),
  });
  assert(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
}

const at = (shop, reference) => `/v1/shops/${shop}/orders/${encodeURIComponent(reference)}`;

/// Reads an order until it stands so.
export async function until(service, shop, reference, says) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const order = await call(service, "GET", at(shop, reference));
    if (says(order)) return order;
  }
  throw new Error(`${reference} never stands so`);
}

/// Opens an order: the customer is sent to the bank.
export const opens = (service, reference, { shop = "main", ...cart } = {}) =>
  call(service, "POST", `${at(shop, reference)}/pay`, { ...CART, ...cart });

/// An order that waits for the merchant.
export async function waits(service, reference, { shop = "main", ...cart } = {}) {
  await opens(service, reference, { shop, ...cart });
  await control(service.sandboxes[shop], "trigger", { kind: "granted", order: reference });
  return until(service, shop, reference, ({ status }) => status === "awaits_merchant");
}

/// An order that a program has approved, and that is paid.
export async function approved(service, reference) {
  await waits(service, reference);
  await call(service, "POST", `${at("main", reference)}/approve`);
  return until(service, "main", reference, ({ status }) => status === "paid");
}

/// An order that is paid.
export async function paid(service, reference, cart = {}) {
  await opens(service, reference, cart);
  const shop = cart.shop ?? "main";
  await control(service.sandboxes[shop], "trigger", { kind: "completed", order: reference });
  return until(service, shop, reference, ({ status }) => status === "paid");
}

/// An order that the bank declined.
export async function declined(service, reference) {
  await opens(service, reference);
  await control(service.sandboxes.main, "trigger", { kind: "declined", order: reference });
  return until(service, "main", reference, ({ status }) => status === "not_paid");
}

/// An order to which a person was called: the bank said a word that nobody knows.
export async function needsPerson(service, reference) {
  await opens(service, reference);
  const alteration = { operation: "get_session", alteration: "set", field: "status", value: "teleported" };
  await control(service.sandboxes.main, "alterations", alteration);
  await call(service, "POST", `${at("main", reference)}/refresh`);
  return until(service, "main", reference, (order) => order.needs_person);
}
