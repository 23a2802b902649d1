import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, open } from "./shop.mjs";
import { toTheBank } from "./steps.mjs";

test("an open page holds up no shutdown", { timeout: 60_000 }, async () => {
  const [shop, browser] = await Promise.all([open(), browse()]);
  try {
    const page = await browser.newPage();
    const placed = await toTheBank(page, shop.url, "espresso", "instalments");
    const stream = page.waitForResponse(/\/news/);
    await page.goto(`${shop.url}/orders/${placed}`);
    assert.match((await stream).headers()["content-type"], /event-stream/);
    const begun = Date.now();
    await shop.stop();
    // The platform would wait for 25 seconds before it cuts a connection.
    assert(Date.now() - begun < 8_000, `it took ${Date.now() - begun} ms`);
  } finally {
    await browser.close();
  }
});
