import { PHONE, scene } from "./shop.mjs";
import { apply, back, choose, finance, order, row, toTheBank, turnsWhenLoaded } from "./steps.mjs";

const test = scene();
const OFF = { javaScriptEnabled: false, viewport: PHONE };

test("without script a purchase is paid", OFF, async ({ page, url }) => {
  await page.goto(`${url}/products/espresso`);
  await page.getByRole("radio", { name: "24 months" }).check();
  await page.locator("form.periods button").click();
  await page.locator("#quote .example", { hasText: "duration 24" }).waitFor();
  await page.locator("#buy").click();
  await choose(page, "instalments");
  await finance(page);
  await turnsWhenLoaded(page, "paid");
});

test("without script a purchase is declined, and one is cancelled", OFF, async ({ page, url }) => {
  await toTheBank(page, url, "turntable", "instalments");
  await apply(page);
  await back(page);
  await turnsWhenLoaded(page, "not_paid");
  await page.locator("#again").click();
  await choose(page, "instalments");
  await page.locator("#cancel").click();
  await back(page);
  await turnsWhenLoaded(page, "not_paid");
});

test("without script the merchant approves, and hands a tablet over", OFF, async ({ context, page, url }) => {
  const office = await context.newPage();
  const chair = await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turnsWhenLoaded(page, "awaits_merchant");
  await office.goto(`${url}/office`);
  await row(office, chair).getByRole("button", { name: "Approve" }).click();
  await turnsWhenLoaded(page, "paid");
  const tablet = await toTheBank(page, url, "tablet", "rent");
  await finance(page);
  await turnsWhenLoaded(page, "awaits_merchant");
  await office.goto(`${url}/office`);
  await row(office, tablet).locator("input").fill("J7P3D7000000");
  await row(office, tablet).locator("input").press("Enter");
  await turnsWhenLoaded(page, "paid");
});

test("without script a double click, a reload and the back button do no harm", OFF, async ({ page, url }) => {
  await order(page, url, "espresso");
  await page.locator("#pay").dblclick();
  await page.locator("main[data-step=order]").waitFor();
  await page.reload();
  await page.goBack();
  await choose(page, "instalments");
  await finance(page);
  await page.reload();
  await turnsWhenLoaded(page, "paid");
});
