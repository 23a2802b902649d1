import { scene } from "./shop.mjs";
import { choose, order, turns, turnsWhenLoaded } from "./steps.mjs";

const CUSTOMERS = {
  estonia: { article: "headphones", identity_code: "38001085718", mobile: "+372 5363 0000" },
  latvia: { article: "tablet", identity_code: "010190-12345", mobile: "+371 20000000" },
  poland: { article: "headphones", identity_code: "44051401359", mobile: "+48 500000000" },
};

async function fill(page, customer) {
  const fields = { first_name: "Mari", last_name: "Maasikas", email: "mari@example.com", ...customer };
  delete fields.article;
  for (const [name, value] of Object.entries(fields)) await page.locator(`#${name}`).fill(value);
  await page.locator("[name=consent]").check();
  await page.locator("#apply").click();
}

async function signByCode(page) {
  await page.locator("#sign").click();
  await page.locator("#code").fill("0000");
  await page.locator("#confirm").click();
}

for (const [region, customer] of Object.entries(CUSTOMERS)) {
  const test = scene(region);

  test(`${region}: an application in the shop's form is signed with a code from a text message`, async ({ page, url }) => {
    await order(page, url, customer.article);
    await choose(page, "apply");
    await fill(page, customer);
    // In Poland the application is signed before the decision.
    if (region === "poland") await signByCode(page);
    await page.locator("#accept").click();
    await page.getByRole("heading", { name: "Sign the contract" }).waitFor();
    await page.locator("#sign").click();
    await page.locator("#code").fill("1234");
    await page.locator("#confirm").click();
    await page.getByRole("alert").waitFor();
    await page.locator("#code").fill("0000");
    await page.locator("#confirm").dblclick();
    await turns(page, "paid");
  });
}

const test = scene();

test("what is filled in wrongly is named, and the rest is kept", { expected: [/422/] }, async ({ page, url }) => {
  await order(page, url, "headphones");
  await choose(page, "apply");
  await fill(page, { ...CUSTOMERS.estonia, identity_code: "12" });
  await page.getByRole("alert").filter({ hasText: "Personal identification code" }).waitFor();
  await page.locator("#identity_code[aria-invalid=true]:focus").waitFor();
  await page.locator("#email").and(page.locator("[value='mari@example.com']")).waitFor();
  await page.locator("#identity_code").fill(CUSTOMERS.estonia.identity_code);
  await page.locator("#apply").click();
  await page.locator("#accept").waitFor();
});

test("an application works without script, too", { javaScriptEnabled: false }, async ({ page, url }) => {
  await order(page, url, "headphones");
  await choose(page, "apply");
  await fill(page, CUSTOMERS.estonia);
  await turnsWhenLoaded(page, "action_wanted");
  await page.locator("#accept").click();
  while (!(await page.locator("#sign").count())) await page.locator("#state .without-script a").click();
  await signByCode(page);
  await turnsWhenLoaded(page, "paid");
});
