// The console of `inbank serve`, as people use it.
import assert from "node:assert/strict";
import { asks, audit, decide, find, order, signIn, stands } from "./console_steps.mjs";
import { call, control, needsPerson, opens, paid, scene, until, waits } from "./service.mjs";
import { PHONE } from "./shop.mjs";

const test = scene();

test("somebody signs in, finds an order that waits, approves it and sees it paid", { expected: [/401/] }, async ({ page, console, ...service }) => {
  await waits(service, "A-1001");
  await page.goto(`${console}/orders`);
  await page.locator("#token").fill("a-token-that-nobody-has");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is not known").waitFor();
  await signIn(page, console, "merchant", "/orders?status=awaits_merchant");
  assert.equal(new URL(page.url()).search, "?status=awaits_merchant", "where they wanted to go");
  await page.getByRole("link", { name: "A-1001" }).click();
  await stands(page, "awaits merchant");
  await decide(page, "Approve", "the goods are packed");
  await stands(page, "paid");
  const steps = ["wanted", "sent", "acknowledged", "shown"].map((step) => `approve attempt 1: ${step}`);
  for (const says of [...steps, "order.approve", "the goods are packed", "the bank called back", "paid", "contract.approve"]) {
    await page.locator(".timeline", { hasText: says }).waitFor();
  }
  assert.deepEqual(await audit(page, console, "A-1001"), [["order.approve attempt 1", "the goods are packed"]]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(`${console}/orders`);
  await page.locator("#token").waitFor();
});

test("an order that needs a person is first, says what to do, and is marked as seen to", async ({ page, console, ...service }) => {
  await needsPerson(service, "A-1002");
  await signIn(page, console, "merchant");
  const concern = page.locator(".concerns li", { hasText: "A-1002" });
  await concern.getByText('not known here: "teleported"').waitFor();
  await concern.getByText("Ask Inbank what the word means").waitFor();
  await concern.getByRole("link", { name: "A-1002" }).click();
  await decide(page, "Mark as seen to", "asked Inbank: it is a slip of theirs");
  await page.getByText("It was marked as seen to.").waitFor();
  assert.equal(await page.locator("#concern").count(), 0);
  await page.goto(`${console}/orders?needs_person=1`);
  assert.equal(await page.getByRole("link", { name: "A-1002" }).count(), 0);
  const seen = await call(service, "GET", "/v1/shops/main/orders/A-1002");
  assert.equal(seen.needs_person, null);
  assert.deepEqual(await audit(page, console, "A-1002"), [["order.seen_to", "asked Inbank: it is a slip of theirs"]]);
});

test("a shop is added, checked and sold in, its key is rotated, and it is removed", async ({ page, console, ...service }) => {
  const { outlet } = service.sandboxes;
  await signIn(page, console, "admin", "/shops");
  await page.getByRole("link", { name: "Add a shop" }).click();
  await page.locator("#name").fill("outlet");
  await page.locator("#region").selectOption("estonia");
  await page.locator("#shop_uuid").fill(outlet.shop);
  await page.locator("#keys").fill(outlet.api_key);
  await page.locator("#base_url").fill(outlet.base_url);
  await page.locator("#reason").fill("the outlet opens");
  await page.locator("#do").click();
  await page.locator("h1", { hasText: "outlet" }).waitFor();
  const [first] = await page.locator("#settings + dl code").allInnerTexts().then((codes) => codes.slice(1));
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("The shop can work.").waitFor();
  await waits(service, "O-1", { shop: "outlet" });

  await page.goto(`${console}/shop?shop=outlet`);
  await page.getByRole("link", { name: "Change the keys" }).click();
  await page.locator("#keys").fill(`the-bank-does-not-have-it-yet\n${outlet.api_key}`);
  await page.locator("#reason").fill("the yearly rotation");
  await page.locator("#do").click();
  await page.getByRole("status").first().waitFor();
  const fingerprints = await page.locator("#settings + dl code").allInnerTexts();
  assert.deepEqual([fingerprints.length, fingerprints[2]], [3, first], "the new one signs, the former verifies");
  await page.getByRole("button", { name: "Check it" }).click();
  await page.getByText("Something is wrong").waitFor();
  await page.goto(`${console}/shop?shop=outlet`);
  await page.getByRole("link", { name: "Remove the shop" }).click();
  await page.getByRole("link", { name: "1 order is open" }).waitFor();
  await page.locator("#reason").fill("it was a trial");
  await page.locator("#anyway").check();
  await page.locator("#do").click();
  await page.getByRole("heading", { name: "Shops" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "outlet", exact: true }).count(), 0);
  // Nothing of a key is anywhere, also not in what the browser keeps of the form.
  for (const path of ["/shops", "/audit"]) {
    await page.goto(console + path);
    assert(!(await page.content()).includes(outlet.api_key), path);
  }
});

test("a token that reads finds no button, and is refused when it posts anyway", { expected: [/403/] }, async ({ page, console, ...service }) => {
  await waits(service, "A-1003");
  await signIn(page, console, "reader", order("A-1003"));
  await page.getByText("nothing can be decided here").waitFor();
  assert.equal(await page.locator("main a.button, main button:not(.plain)").count(), 0);
  const refused = await page.evaluate(async ([decide, erase]) => {
    const form = document.querySelector(".who [name=form]").value;
    const once = "0123456789abcdef";
    const post = async (path, fields) => {
      const body = new URLSearchParams({ form, once, shop: "main", reference: "A-1003", reason: "because", ...fields });
      const answer = await fetch(path, { method: "POST", body });
      return [answer.status, (await answer.text()).includes("does not allow this")];
    };
    return [await post(decide, { deed: "approve", attempt: "1" }), await post(decide, { deed: "cancel" }), await post(erase, {})];
  }, [`${console}/order/decide`, `${console}/order/erase`]);
  assert.deepEqual(refused, Array(3).fill([403, true]));
  const stands = await call(service, "GET", "/v1/shops/main/orders/A-1003");
  assert.deepEqual([stands.status, stands.attempts[0].command], ["awaits_merchant", null]);
  assert.deepEqual(await audit(page, console, "A-1003"), []);
});

test("another shop's token finds neither the order nor a way to decide about it", { expected: [/404/] }, async ({ page, console, ...service }) => {
  await waits(service, "A-1004");
  await signIn(page, console, "other", "/orders");
  assert.equal(await page.getByRole("link", { name: "A-1004" }).count(), 0);
  for (const path of [order("A-1004"), asks("approve", "A-1004"), "/shop?shop=main", "/shop/check?shop=main"]) {
    await page.goto(console + path);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  }
  const posted = await page.evaluate(async (decide) => {
    const form = document.querySelector(".who [name=form]").value;
    const fields = { form, once: "x", shop: "main", reference: "A-1004", deed: "approve", attempt: "1", reason: "mine" };
    return (await fetch(decide, { method: "POST", body: new URLSearchParams(fields) })).status;
  }, `${console}/order/decide`);
  assert.equal(posted, 404);
  assert.equal((await call(service, "GET", "/v1/shops/main/orders/A-1004")).status, "awaits_merchant");
});

test("a double click, a reload and the back button approve once", { expected: [/409/] }, async ({ page, console, ...service }) => {
  await waits(service, "A-1005");
  await signIn(page, console, "merchant", asks("approve", "A-1005"));
  await page.locator("#reason").fill("packed");
  await page.locator("#do").dblclick();
  await stands(page, "paid");
  await page.reload();
  await stands(page, "paid");
  await page.goBack();
  // The form as it was, from the browser's own memory, or a page that says that there is nothing to approve any more.
  const again = page.locator("#do");
  if (await again.count()) {
    await page.locator("#reason").fill("packed once more");
    await again.click();
    await stands(page, "paid");
  } else {
    await page.getByText("This can’t be decided now").waitFor();
  }
  assert.deepEqual(await audit(page, console, "A-1005"), [["order.approve attempt 1", "packed"]]);
});

test("two people decide about one order, and the later one is told", { expected: [/409/] }, async ({ page, context, console, ...service }) => {
  await waits(service, "A-1006");
  await signIn(page, console, "merchant", asks("cancel", "A-1006"));
  const other = await context.newPage();
  await other.goto(console + asks("approve", "A-1006"));
  await other.locator("#reason").fill("packed");
  await other.locator("#do").click();
  await stands(other, "paid");
  await page.locator("#reason").fill("sold out");
  await page.locator("#do").click();
  await page.locator(".notice", { hasText: /./ }).first().waitFor();
  assert.equal((await call(service, "GET", "/v1/shops/main/orders/A-1006")).status, "paid");
});

test("an order is cancelled, and then erased", async ({ page, console, ...service }) => {
  await waits(service, "A-1007");
  await signIn(page, console, "admin", order("A-1007"));
  // What can still be paid is kept.
  await page.getByText("Not possible now").click();
  await page.locator("#not-now li", { hasText: "Erase" }).locator("[aria-disabled]").waitFor();
  await decide(page, "Cancel", "sold out");
  await stands(page, "not paid");
  await decide(page, "Erase", "the customer asked us to");
  await page.getByRole("heading", { name: "Order A-1007 is erased" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Order A-1007 is erased" }).waitFor();
  const [erased] = await audit(page, console, "A-1007");
  assert.deepEqual(erased, ["order.erase", "the customer asked us to"]);
});

test("an event that the shop's server did not take is sent again", async ({ page, console, ...service }) => {
  service.hooks.status = 500;
  await paid(service, "A-1008");
  await signIn(page, console, "admin", "/shop?shop=main");
  const failed = page.locator("table tr", { hasText: "A-1008" });
  for (const deadline = Date.now() + 30_000; !(await failed.count()); await page.reload()) {
    assert(Date.now() < deadline, "the failure is never shown");
  }
  assert(!(await page.content()).includes("<b>out of order</b>"), "what the shop's server says is no markup");
  service.hooks.status = 204;
  await failed.getByRole("link", { name: /Send again/ }).click();
  await page.locator("#do").click();
  // At once, or once the webhook's pause after the failure is over.
  await page.getByText(/^The event is sent again/).waitFor();
  for (const deadline = Date.now() + 30_000; ; await page.goto(`${console}/shop?shop=main`)) {
    if (new URL(page.url()).pathname.endsWith("/shop") && !(await failed.count())) break;
    assert(Date.now() < deadline, "it never arrives");
  }
});

test("orders and events of a period come as a table for accounting", async ({ page, console, ...service }) => {
  await paid(service, "=1+1", { amount: "1234.50" });
  const today = new Date().toISOString().slice(0, 10);
  await signIn(page, console, "reader", "/export");
  await page.locator("#from").fill(today);
  await page.locator("#until").fill(today);
  for (const [button, cells] of [["#orders", ["paid", "1234.50", "EUR"]], ["#events", ["paid", "1234.50", "EUR"]]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    const lines = Buffer.concat(chunks).toString("utf8").trim().split("\r\n");
    const line = lines.find((line) => line.includes("'=1+1") && line.includes("paid"));
    assert(line, `${button}: ${lines.join("\n")}`);
    for (const cell of cells) assert(line.split(",").includes(cell), `${button}: ${line}`);
  }
});

test("what a page shows changes by itself until it is paused", async ({ page, console, ...service }) => {
  await opens(service, "A-1009");
  await signIn(page, console, "reader", order("A-1009"));
  await stands(page, "pending");
  await page.getByRole("button", { name: "Pause refreshing" }).click();
  await page.getByRole("button", { name: "Refresh again" }).click();
  await control(service.sandboxes.main, "trigger", { kind: "declined", order: "A-1009" });
  await stands(page, "not paid");
});

const OFF = { javaScriptEnabled: false, viewport: PHONE };

test("without script an order is found, approved and paid", OFF, async ({ page, console, ...service }) => {
  await waits(service, "A-1011");
  await signIn(page, console, "merchant");
  await find(page, "A-1011");
  await decide(page, "Approve", "packed");
  await stands(page, "paid", { byItself: false });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#token").waitFor();
});

test("the keyboard alone approves an order", async ({ page, console, ...service }) => {
  const press = async (target) => {
    for (let n = 0; !(await page.locator(target).evaluate((element) => element === document.activeElement)); n++) {
      assert(n < 100, `${target} is never reached`);
      await page.keyboard.press("Tab");
    }
  };
  await waits(service, "A-1012");
  await page.goto(console + order("A-1012"));
  // The token's field has the focus.
  await page.locator("#token:focus").waitFor();
  await page.keyboard.type("token-that-decides-in-the-main-shop");
  await page.keyboard.press("Enter");
  await page.locator("header.order").waitFor();
  await page.keyboard.press("Tab");
  await page.locator(".skip:focus").waitFor();
  await press(".deeds a.main");
  await page.keyboard.press("Enter");
  await page.locator("#do").waitFor();
  await press("#reason");
  await page.keyboard.type("packed");
  await page.keyboard.press("Enter");
  await stands(page, "paid");
  await until(service, "main", "A-1012", ({ status }) => status === "paid");
});
