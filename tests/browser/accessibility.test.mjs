import assert from "node:assert/strict";
import { check } from "./accessible.mjs";
import { DESK, PHONE, scene } from "./shop.mjs";
import { apply, back, choose, finance, order, toTheBank, turns } from "./steps.mjs";

/// Every kind of page of the shop and of the bank's dialog.
async function walk({ page, url, shop }) {
  const at = async (what) => check(page, what);
  await page.goto(url);
  await at("products");
  await page.goto(`${url}/nothing`);
  await at("trouble");
  await order(page, url, "tablet");
  await at("checkout");
  await choose(page, "apply");
  await page.locator("#apply").waitFor();
  await at("application");
  await page.goto(`${url}/products/tablet`);
  await at("product");
  await toTheBank(page, url, "tablet", "rent");
  await at("the bank's order of a rental");
  await finance(page);
  await turns(page, "awaits_merchant");
  await at("waiting order");
  await page.goto(`${url}/office`);
  await at("office");
  await toTheBank(page, url, "turntable", "instalments");
  await apply(page);
  await at("the bank's refusal");
  await back(page);
  await turns(page, "not_paid");
  await at("order that is not paid");
  await toTheBank(page, url, "headphones", "parts");
  await at("the bank's order");
  await page.locator("#continue").click();
  await at("the bank's form");
  await page.goBack();
  await apply(page);
  await page.locator("main[data-step=offer]").waitFor();
  await at("the bank's offer");
  await page.locator("#accept").click();
  await page.locator("main[data-step=signature]").waitFor();
  await at("the bank's signature");
  await page.locator("#code").fill("0000");
  await page.locator("#sign").click();
  await page.locator("main[data-step=result]").waitFor();
  await at("the bank's result");
  await back(page);
  await turns(page, "paid");
  await at("paid order");
  await page.goto(shop.sandbox);
  await at("the sandbox's overview");
}

const test = scene();
const expected = [/404/];

test("on a desk, in the light, every page is accessible", { viewport: DESK, expected }, walk);
test("on a phone of 360 pixels, in the dark, every page is accessible", { viewport: PHONE, colorScheme: "dark", expected }, walk);
test("at 320 pixels every page is accessible", { viewport: { width: 320, height: 640 }, expected }, walk);

test("a direct application's pages are accessible", { viewport: PHONE }, async ({ page, url }) => {
  await order(page, url, "headphones");
  await choose(page, "apply");
  const fields = { first_name: "Mari", last_name: "Maasikas", identity_code: "38001085718", email: "mari@example.com", mobile: "+37253630000" };
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value);
  await page.locator("[name=consent]").check();
  await page.locator("#apply").click();
  await page.locator("#accept").waitFor();
  await check(page, "offer");
  await page.locator("#accept").click();
  await page.locator("#sign").waitFor();
  await check(page, "signature");
  const [contract] = await Promise.all([page.waitForEvent("popup"), page.locator("#state a[target]").click()]);
  await contract.locator("main[data-step=printout]").waitFor();
  await check(contract, "printout");
  await page.locator("#sign").click();
  await page.locator("#code").waitFor();
  await check(page, "code");
});

test("the keyboard alone buys something", async ({ page, url }) => {
  const press = async (target) => {
    while (!(await page.locator(target).evaluate((element) => element === document.activeElement))) {
      await page.keyboard.press("Tab");
    }
  };
  await page.goto(url);
  await page.keyboard.press("Tab");
  await page.locator(".skip:focus").waitFor();
  await press("a[href='/products/espresso']");
  await page.keyboard.press("Enter");
  await page.locator("#buy").waitFor();
  await press("input[name=months]:checked");
  await page.keyboard.press("ArrowRight");
  await page.locator("#quote .example", { hasText: "duration 18" }).waitFor();
  await press("#buy");
  await page.keyboard.press("Enter");
  await page.locator("#pay").waitFor();
  await press("#pay");
  await page.keyboard.press("Enter");
  await page.locator("main[data-step=order]").waitFor();
});

const LANGUAGES = { et: "Pood", lv: "Veikals", lt: "Parduotuvė", pl: "Sklep", cs: "Obchod", en: "Shop" };

test("the shop speaks six languages, by choice, by cookie and by what the browser asks for", async ({ page, url, browser }) => {
  for (const [code, word] of Object.entries(LANGUAGES)) {
    await page.setViewportSize(DESK);
    await page.goto(url);
    await page.locator(".languages summary").click();
    await page.locator(`.languages a[hreflang=${code}]`).click();
    await page.locator(`html[lang=${code}] nav a`, { hasText: word }).waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of ["/", "/products/tablet", "/office"]) {
      await page.goto(url + path);
      assert.equal(await page.locator("html").getAttribute("lang"), code, "the cookie keeps the choice");
      await check(page, `${path} in ${code}`);
    }
  }
  const asks = await browser.newContext({ locale: "lt-LT" });
  const other = await asks.newPage();
  await other.goto(url);
  assert.equal(await other.locator("html").getAttribute("lang"), "lt");
  await asks.close();
});
