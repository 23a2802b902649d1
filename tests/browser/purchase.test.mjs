import assert from "node:assert/strict";
import { scene } from "./shop.mjs";
import { apply, back, choose, finance, order, reference, row, sign, toTheBank, turns } from "./steps.mjs";

const test = scene();

test("a purchase in instalments is paid, and the order's page says so by itself", async ({ page, url }) => {
  await page.goto(`${url}/products/espresso`);
  const figure = page.locator("#quote .figure b");
  const twelve = await figure.textContent();
  await page.getByRole("radio", { name: "24 months" }).check();
  await page.locator("#quote .example", { hasText: "duration 24" }).waitFor();
  assert.notEqual(await figure.textContent(), twelve, "another period has another instalment");
  await page.locator("#buy").click();
  await page.locator("label[for=way-instalments]", { hasText: "24 ×" }).waitFor();
  await choose(page, "instalments");
  await page.locator("#continue", { hasText: "24 ×" }).waitFor();
  await apply(page);
  await sign(page);
  await page.locator("main[data-status=completed]").waitFor();
  await back(page);
  await turns(page, "paid");
  const placed = reference(page);
  await page.goto(`${url}/office`);
  await row(page, placed).getByText("Paid: deliver").waitFor();
});

test("three parts and next month are signed with a code, and paid", async ({ page, url }) => {
  for (const way of ["parts", "later"]) {
    await toTheBank(page, url, "headphones", way);
    await finance(page);
    await turns(page, "paid");
  }
});

test("a customer whom the bank declines pays in another way", async ({ page, url }) => {
  await toTheBank(page, url, "turntable", "instalments");
  await apply(page);
  await page.locator("main[data-status=declined]").waitFor();
  await back(page);
  await turns(page, "not_paid");
  await page.getByRole("heading", { name: "The bank said no" }).waitFor();
  await page.locator("#again").click();
  await choose(page, "later");
  await finance(page);
  await turns(page, "paid");
});

test("a customer who cancels at the bank may begin again", async ({ page, url }) => {
  const placed = await toTheBank(page, url, "espresso", "instalments");
  await page.locator("#cancel").click();
  await back(page);
  await turns(page, "not_paid");
  await page.locator("#again").click();
  assert.equal(reference(page), placed);
  await choose(page, "instalments");
  await finance(page);
  await turns(page, "paid");
});

test("the merchant approves, and both pages turn by themselves", async ({ context, page, url }) => {
  const office = await context.newPage();
  await office.goto(`${url}/office`);
  const placed = await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  // It came to the list by itself.
  await row(office, placed).getByRole("button", { name: "Approve" }).click();
  await row(office, placed).and(office.locator("[data-status=paid]")).waitFor();
  await turns(page, "paid");
});

test("the merchant cancels what can't be delivered", async ({ context, page, url }) => {
  const placed = await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  const office = await context.newPage();
  await office.goto(`${url}/office`);
  await row(office, placed).getByRole("button", { name: "Cancel" }).click();
  await turns(page, "not_paid");
  await row(office, placed).and(office.locator("[data-status=not_paid]")).waitFor();
});

test("a rented tablet is handed over by scanning its serial number", async ({ context, page, url }) => {
  const placed = await toTheBank(page, url, "tablet", "rent");
  await finance(page);
  await page.getByRole("heading", { name: "Ready to collect" }).waitFor();
  const office = await context.newPage();
  await office.goto(`${url}/office`);
  // The field that a scanner types into has the focus; it ends with Enter.
  assert.equal(await office.locator(":focus").getAttribute("id"), `serial-${placed}`);
  await office.keyboard.type("J7P3D7000000");
  await office.keyboard.press("Enter");
  await row(office, placed).and(office.locator("[data-status=paid]")).waitFor();
  await turns(page, "paid");
});

test("a double click places one order, opens one session and approves once", async ({ context, page, url }) => {
  await page.goto(`${url}/products/chair`);
  await page.locator("#buy").dblclick();
  await page.waitForURL(/\/checkout\//);
  const placed = reference(page);
  const sessions = [];
  page.on("request", (request) => /\/session\/[^/]+$/.test(request.url()) && sessions.push(request.url()));
  await page.locator("#pay").dblclick();
  await page.locator("main[data-step=order]").waitFor();
  assert.equal(new Set(sessions).size, 1, "one session");
  await finance(page);
  const office = await context.newPage();
  await office.goto(`${url}/office`);
  await row(office, placed).getByRole("button", { name: "Approve" }).dblclick();
  await turns(page, "paid");
  assert.equal(await office.locator(`#order-${placed}`).count(), 1);
});

test("pages may be loaded again in mid-flow", async ({ page, url }) => {
  await toTheBank(page, url, "espresso", "instalments");
  await page.reload();
  await apply(page);
  await page.locator("#accept").waitFor();
  await page.reload();
  await sign(page);
  // A page that is still on its way can't be loaded again.
  await page.locator("main[data-step=result]").waitFor();
  await page.reload();
  await back(page);
  await page.reload();
  await turns(page, "paid");
  await page.reload();
  await turns(page, "paid");
});

test("a second tab finds the same session, and an order that is paid is not paid again", async ({ context, page, url }) => {
  const placed = await toTheBank(page, url, "espresso", "instalments");
  const second = await context.newPage();
  await second.goto(`${url}/orders/${placed}`);
  await second.locator("#to-bank").click();
  await second.locator("main[data-step=order]").waitFor();
  assert.equal(new URL(second.url()).pathname, new URL(page.url()).pathname);
  const third = await context.newPage();
  await third.goto(`${url}/checkout/${placed}`);
  await finance(page);
  await turns(page, "paid");
  // The third was open all the time.
  await third.locator("#pay").click();
  await third.waitForURL(/\/orders\//);
  await turns(third, "paid");
});

test("another way to pay in a second tab takes the place of the first", async ({ context, page, url }) => {
  const placed = await toTheBank(page, url, "espresso", "instalments");
  const second = await context.newPage();
  await second.goto(`${url}/checkout/${placed}`);
  await choose(second, "later");
  await finance(second);
  await turns(second, "paid");
  await page.goto(`${url}/orders/${placed}`);
  await turns(page, "paid");
});

test("the back button leads to pages that still work", async ({ page, url }) => {
  const placed = await toTheBank(page, url, "espresso", "instalments");
  await page.goBack();
  await page.waitForURL(/\/checkout\//);
  await choose(page, "instalments");
  await finance(page);
  await turns(page, "paid");
  // Back to the bank's result, and to the checkout: neither pays again.
  await page.goBack();
  await page.goto(`${url}/checkout/${placed}`);
  await page.waitForURL(/\/orders\//);
  await turns(page, "paid");
});

test("an order's reference is not to be guessed, and what is wrong is told", { expected: [/404|422/] }, async ({ page, url }) => {
  await page.goto(`${url}/orders/AAAAAAAAAAAA`);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  const placed = await order(page, url, "espresso");
  assert.match(placed, /^[2-9A-HJ-NP-Z]{12}$/);
});
