// What a customer, and the shop's staff, do on the pages.
import assert from "node:assert/strict";

/// Puts an article into an order, and returns the order's reference.
export async function order(page, url, article) {
  await page.goto(`${url}/products/${article}`);
  await page.locator("#buy").click();
  await page.waitForURL(/\/checkout\//);
  return reference(page);
}

export const reference = (page) => new URL(page.url()).pathname.split("/")[2];

/// Chooses a way to pay, and goes on.
export async function choose(page, way) {
  await page.locator(`#way-${way}`).check();
  await page.locator("#pay").click();
}

/// From the product to the bank's first page.
export async function toTheBank(page, url, article, way) {
  const placed = await order(page, url, article);
  await choose(page, way);
  await page.locator("main[data-step=order]").waitFor();
  return placed;
}

/// Applies on the bank's pages: up to its decision.
export async function apply(page) {
  await page.locator("#continue").click();
  const fields = {
    first_name: "Mari",
    last_name: "Maasikas",
    identity_code: "38001085718",
    mobile: "+37253630000",
    email: "mari@example.com",
  };
  for (const [name, value] of Object.entries(fields)) await page.locator(`[name=${name}]`).fill(value);
  await page.locator("#apply").click();
}

/// Accepts the offer and signs.
export async function sign(page) {
  await page.locator("main[data-step=offer] #accept").click();
  await page.locator("main[data-step=signature]").waitFor();
  const code = page.locator("[name=code]");
  if (await code.count()) await code.fill("0000");
  await page.locator("#sign").click();
}

/// Leaves the bank's pages for the shop's.
export async function back(page) {
  await page.locator("main[data-step=result] #back").click();
  await page.waitForURL(/\/(orders|checkout)\//);
}

/// All of it, from the bank's first page to the order's.
export async function finance(page) {
  await apply(page);
  await sign(page);
  await back(page);
}

/// Waits until the order's page says so, by itself.
export const turns = (page, status) => page.locator(`#state[data-status=${status}]`).waitFor();

/// The same where nothing happens by itself: loads it until it does.
export async function turnsWhenLoaded(page, status) {
  const state = page.locator("#state");
  const deadline = Date.now() + 30_000;
  while ((await state.getAttribute("data-status")) !== status) {
    assert(Date.now() < deadline, `the order's page never says ${status}`);
    await page.locator("#state .without-script a").click();
    await state.waitFor();
  }
}

/// A row of the back office.
export const row = (page, reference) => page.locator(`#order-${reference}`);
