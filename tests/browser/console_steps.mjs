// What people do in the console.
import { TOKENS } from "./service.mjs";

/// Signs in, on the way to a page.
export async function signIn(page, console, who = "admin", to = "/") {
  await page.goto(console + to);
  await page.locator("#token").fill(TOKENS[who]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

const query = (fields) => new URLSearchParams(fields).toString();

/// The address of an order's page, or of the page that asks whether something is to be done about it.
export const order = (reference, shop = "main") => `/order?${query({ shop, reference })}`;
export const asks = (deed, reference, shop = "main") => `/order/decide?${query({ shop, reference, deed })}`;

/// An order by its reference, from whichever page.
export async function find(page, reference) {
  await page.locator("#find").fill(reference);
  await page.locator("#find").press("Enter");
  await page.locator("header.order h1", { hasText: reference }).waitFor();
}

/// Presses a button of an order, says why, and does it.
export async function decide(page, name, why) {
  await page.locator(".deeds").getByRole("link", { name, exact: true }).first().click();
  await page.locator("#reason").fill(why);
  await page.locator("#do").click();
}

/// Waits until the order's page says so: by itself, or where nothing happens by itself, loaded until it does.
export async function stands(page, words, { byItself = true } = {}) {
  const status = page.locator("header.order .tag", { hasText: words });
  if (byItself) return status.waitFor();
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await page.reload()) {
    if (await status.count()) return;
  }
  throw new Error(`the order's page never says ${words}`);
}

/// What the audit has of an order, the latest first: each as what and why.
export async function audit(page, console, reference) {
  await page.goto(`${console}/audit?${query({ reference })}`);
  const rows = await page.locator("table tbody tr").all();
  return Promise.all(rows.map(async (row) => {
    const cells = await row.locator("td").allInnerTexts();
    return [cells[1], cells[4]];
  }));
}
