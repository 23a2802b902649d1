// What comes to the console from elsewhere: another site's forms and frames, markup, odd references, guesses.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { asks, decide, find, order, signIn, stands } from "./console_steps.mjs";
import { call, scene, waits } from "./service.mjs";

const test = scene();

/// Another site: the same machine by another name, which browsers take for another site.
async function otherSite(page) {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(page));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://localhost:${server.address().port}/`, close: () => server.close().closeAllConnections() };
}

const fields = (entries) => entries.map(([name, value]) => `<input name="${name}" value="${value}">`).join("");

test("a form that another site sends does nothing, though somebody has signed in", { expected: [/403/] }, async ({ page, context, console, ...service }) => {
  await waits(service, "H-1");
  await signIn(page, console, "merchant", order("H-1"));
  // As much as anybody can know of it, and what nobody else can: the form's own token.
  const token = await page.locator(".who [name=form]").inputValue();
  const entries = { shop: "main", reference: "H-1", deed: "cancel", attempt: "1", once: "x", reason: "gone", form: token };
  const site = await otherSite(`<form method="post" action="${console}/order/decide">${fields(Object.entries(entries))}<button>Win</button></form>`);
  try {
    const victim = await context.newPage();
    await victim.goto(site.url);
    await victim.getByRole("button", { name: "Win" }).click();
    await victim.getByText(/another site|Sign in/).first().waitFor();
  } finally {
    site.close();
  }
  const stands = await call(service, "GET", "/v1/shops/main/orders/H-1");
  assert.deepEqual([stands.status, stands.attempts[0].command], ["awaits_merchant", null]);
  // The session is as it was.
  await page.reload();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
});

test("no other site shows a page in its frame", { expected: [/frame-ancestors|ERR_BLOCKED_BY_RESPONSE|Refused to/] }, async ({ context, console }) => {
  const site = await otherSite(`<iframe src="${console}/sign-in" width="600" height="400"></iframe>`);
  try {
    const victim = await context.newPage();
    await victim.goto(site.url);
    const frame = victim.frames().find((frame) => frame !== victim.mainFrame());
    assert.equal(await frame.locator("#token").count(), 0);
  } finally {
    site.close();
  }
});

test("a link of another site leads to the page, and somebody who has signed in stays so", async ({ page, context, console, ...service }) => {
  await waits(service, "H-2");
  await signIn(page, console, "reader");
  const site = await otherSite(`<a href="${console}${order("H-2")}">The ticket</a>`);
  try {
    const reader = await context.newPage();
    await reader.goto(site.url);
    await reader.getByRole("link", { name: "The ticket" }).click();
    await reader.locator("header.order h1", { hasText: "H-2" }).waitFor();
  } finally {
    site.close();
  }
});

const MARKUP = `"><script>document.title='ran'</script><img src=x onerror=alert(1)>`;
/// 64 characters that mean something to somebody on the way.
const ODD = `/?#%&+=;:,'"<>\\|{}[]()^\`~!@$*-_. 0%2F..//õž–🙂 a\tb`.replace("\t", " ").padEnd(63, "x") + "/";

for (const [what, reference] of [["markup", MARKUP], ["64 odd characters", ODD]]) {
  test(`an order that is called by ${what} is found, decided about and shown as text`, async ({ page, console, ...service }) => {
    const dialogs = [];
    page.on("dialog", (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
    await waits(service, reference);
    await signIn(page, console, "admin");
    await page.locator("table", { hasText: reference.slice(0, 20) }).first().waitFor();
    await find(page, reference);
    assert.equal(await page.locator("header.order h1").innerText(), `Order ${reference}`);
    await decide(page, "Approve", `packed ${MARKUP}`);
    await stands(page, "paid");
    await page.locator(".timeline", { hasText: MARKUP }).waitFor();
    for (const path of ["/", "/orders", `/orders?${new URLSearchParams({ reference })}`, "/audit", order(reference), asks("refresh", reference), "/shop?shop=main", `/find?${new URLSearchParams({ reference: MARKUP })}`]) {
      await page.goto(console + path);
      await page.getByRole("button", { name: "Sign out" }).waitFor();
      assert.notEqual(await page.title(), "ran", path);
      assert.equal(await page.locator("main script, main img").count(), 0, path);
    }
    await page.goto(`${console}/audit`);
    await page.getByRole("link", { name: reference.trim() }).first().click();
    await stands(page, "paid");
    assert.deepEqual(dialogs, []);
  });
}

test("a name that paints beyond its line, as accents that stack up do, paints over nothing beside it", async ({ page, console, ...service }) => {
  for (const reference of ["H-3", "H-4", "H-5"]) await waits(service, reference);
  await signIn(page, console, "reader", "/orders");
  const pause = () => page.getByRole("button", { name: "Pause refreshing" }).click();
  // By a shadow, since not every font stacks accents.
  const shadow = (name) => name.evaluate((name) => (name.style.textShadow = "0 -2.5rem red, 0 2.5rem red"));
  const pictures = (places) => Promise.all(places.map((place) => place.screenshot({ animations: "disabled", caret: "hide" })));
  const row = (reference) => page.locator("tbody tr", { has: page.locator(`bdi:text-is("${reference}")`) });
  const unmoved = async (name, beside) => {
    await pause();
    const before = await pictures(beside);
    await shadow(name);
    const after = await pictures(beside);
    assert(before.every((picture, n) => picture.equals(after[n])), "it paints over its neighbours");
  };
  await unmoved(row("H-4").locator("bdi"), [row("H-3"), row("H-5")]);
  await page.goto(console + order("H-4"));
  await unmoved(page.locator("header.order h1 bdi"), await page.locator("header.order p").all());
});

test("markup in every field of a form is text when it comes back", { expected: [/422/] }, async ({ page, console }) => {
  await signIn(page, console, "admin", "/shop/add");
  for (const field of ["name", "shop_uuid", "return_url", "base_url", "reason"]) {
    await page.locator(`#${field}`).fill(MARKUP.slice(0, 64));
  }
  await page.locator("#keys").fill(MARKUP);
  await page.locator("#do").click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.locator("main script, main img").count(), 0);
  assert.notEqual(await page.title(), "ran");
  assert.equal(await page.locator("#base_url").inputValue(), MARKUP.slice(0, 64));
  assert.equal(await page.locator("#keys").inputValue(), "", "keys are typed anew");
});

test("signing in leads nowhere else", async ({ page, console }) => {
  for (const to of ["https://evil.example/", "//evil.example/", "/console/sign-out", "javascript:alert(1)"]) {
    await page.goto(`${console}/sign-in?${new URLSearchParams({ to })}`);
    await page.locator("#token").fill("token-that-reads-the-main-shop");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.locator("#token").waitFor();
  }
});

test("whoever guesses has to wait, and a cookie of one's own making is no session", { expected: [/401|429/] }, async ({ page, context, console }) => {
  const { hostname } = new URL(console);
  await context.addCookies([{ name: "inbank-console", value: "0123456789abcdef.99999999999.0.0", domain: hostname, path: "/" }]);
  await page.goto(`${console}/orders`);
  await page.locator("#token").waitFor();
  for (let n = 0; !(await page.getByRole("heading", { name: "Too many tries" }).count()); n++) {
    assert(n < 20, "nobody stops it");
    await page.goto(`${console}/sign-in`);
    await page.locator("#token").fill(`a-guess-${n}`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("h1").waitFor();
  }
});
