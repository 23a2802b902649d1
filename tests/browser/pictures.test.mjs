// The shop's pictures of the documents.
import { keep, said } from "./pictures.mjs";
import { DESK, PHONE, scene } from "./shop.mjs";
import { finance, order, toTheBank, turns } from "./steps.mjs";

/// An order's reference, a day.
const CHANGING = [
  [/\b[2-9A-HJ-NP-Z]{12}\b/g, "(reference)"],
  [/\b\d{4}-\d\d-\d\d\b/g, "(day)"],
];

async function picture(page, context, name) {
  const text = await said(page, CHANGING);
  // The wheel of a page that waits stands still.
  const taken = await page.screenshot({ animations: "disabled", caret: "hide" });
  await keep(context, name, taken, text);
}

const test = scene();

test("the shop's pages on a desk", { viewport: DESK }, async ({ page, context, url }) => {
  await page.goto(url);
  await picture(page, context, "shop");
  await page.goto(`${url}/products/espresso`);
  await picture(page, context, "product");
  await order(page, url, "tablet");
  await picture(page, context, "checkout");
  await toTheBank(page, url, "espresso", "instalments");
  await picture(page, context, "bank");
  await finance(page);
  await turns(page, "paid");
  await picture(page, context, "paid");
  await toTheBank(page, url, "tablet", "rent");
  await finance(page);
  await turns(page, "awaits_merchant");
  await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  await picture(page, context, "waiting");
  await page.goto(`${url}/office`);
  await picture(page, context, "office");
});

test("the shop's pages on a phone, in the dark", { viewport: PHONE, colorScheme: "dark" }, async ({ page, context, url }) => {
  await page.goto(`${url}/products/chair`);
  await picture(page, context, "product-phone-dark");
  await toTheBank(page, url, "chair", "instalments");
  await finance(page);
  await turns(page, "awaits_merchant");
  await picture(page, context, "waiting-phone-dark");
});
