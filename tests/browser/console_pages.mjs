// Every page of the console, with something on it.
import assert from "node:assert/strict";
import { asks, order, signIn } from "./console_steps.mjs";
import { approved, call, declined, needsPerson, waits } from "./service.mjs";

/// Orders of every kind, a webhook that fails, and a shop that a call has added. Once for a service.
export async function furnish(service) {
  const { outlet } = service.sandboxes;
  service.hooks.status = 500;
  await approved(service, "1001");
  await declined(service, "1002");
  await needsPerson(service, "1003");
  await waits(service, "1004");
  await waits(service, "1005", { amount: "1299.00" });
  await call(service, "PUT", "/v1/shops/outlet", {
    region: "estonia",
    shop_uuid: outlet.shop,
    api_keys: [outlet.api_key],
    base_url: outlet.base_url,
  });
  // An event of each order, which the shop's server did not take.
  for (const deadline = Date.now() + 30_000; ; ) {
    const webhook = await call(service, "GET", "/v1/shops/main/webhook");
    if (webhook.failures.length === 5) return;
    assert(Date.now() < deadline, "the failures never show");
  }
}

/// By a name each: where it is, and where on it to look.
export const PAGES = {
  overview: ["/?period=day"],
  orders: ["/orders"],
  order: [order("1004")],
  way: [order("1004"), "#graph"],
  timeline: [order("1001"), "#timeline"],
  person: [order("1003")],
  decide: [asks("approve", "1004")],
  shops: ["/shops"],
  shop: ["/shop?shop=main"],
  add: ["/shop/add"],
  keys: ["/shop/change?shop=outlet&change=keys"],
  check: ["/shop/check?shop=main"],
  export: ["/export"],
  erase: [`/order/erase?${new URLSearchParams({ shop: "main", reference: "1002" })}`],
  audit: ["/audit"],
};

/// Opens each page, the one for signing in first.
export async function visit(page, console, look) {
  await page.goto(`${console}/sign-in`);
  await page.locator("#token").waitFor();
  await look("sign-in");
  await signIn(page, console);
  for (const [name, [path, where]] of Object.entries(PAGES)) {
    await page.goto(console + path);
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    if (name === "check") {
      await page.locator("#check").click();
      await page.getByText("Looked at").waitFor();
    }
    if (name === "overview") await page.getByText("Figures as of").waitFor();
    await look(name, where);
  }
}
